import { DlError, defaultGenerator, Generator, manualSeed, threefryWords } from '@dl/core'
import { describe, expect, it } from 'vitest'
import { threefry2x32 } from '../src/random/threefry'

describe('threefry2x32', () => {
  const block = (key: readonly number[], counter: readonly number[]) => {
    const words = new Uint32Array(2)
    threefry2x32(key[0]!, key[1]!, counter[0]!, counter[1]!, words, 0)
    return [...words]
  }

  // known answers published with Random123 (kat_vectors, threefry 2x32, 20 rounds)
  it.each([
    { counter: [0, 0], key: [0, 0], words: [0x6b200159, 0x99ba4efe] },
    {
      counter: [0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x1cb996fc, 0xbb002be7],
    },
    {
      counter: [0x243f6a88, 0x85a308d3],
      key: [0x13198a2e, 0x03707344],
      words: [0xc4923a9c, 0x483df7a0],
    },
  ])('gives the published words for key $key, counter $counter', ({ key, counter, words }) => {
    expect(block(key, counter)).toEqual(words)
  })

  it('counts on beyond 32 bits, and cuts the last block short', () => {
    const words = threefryWords([7, 8], 2 ** 32 - 1, 3)
    const second = block([7, 8], [0, 1])
    expect([...words]).toEqual([...block([7, 8], [0xffffffff, 0]), second[0]])
  })
})

describe('Generator', () => {
  it('repeats itself from a seed and from a stored state', () => {
    const one = manualSeed(3)
    const first = [...one.uniform(5)]
    const state = one.state()
    const second = [...one.normal(5)]
    one.restore(state)
    expect([...one.normal(5)]).toEqual(second)
    manualSeed(3)
    expect([...defaultGenerator().uniform(5)]).toEqual(first)
  })

  it('forks streams that depend on the label, not on what was drawn', () => {
    const a = new Generator(1)
    const before = a.fork('x').next()
    a.uniform(100)
    expect(a.fork('x').next()).toBe(before)
    expect(a.fork('y').next()).not.toBe(before)
  })

  it('draws uniform numbers with mean 1/2 and variance 1/12, normal ones with 2 and 9', () => {
    const moments = (xs: Float32Array) => {
      const mean = xs.reduce((a, b) => a + b, 0) / xs.length
      return [mean, xs.reduce((a, b) => a + (b - mean) ** 2, 0) / xs.length] as const
    }
    const [mean, variance] = moments(new Generator(5).uniform(100_000))
    expect(mean).toBeCloseTo(0.5, 2)
    expect(variance).toBeCloseTo(1 / 12, 2)
    const [normalMean, normalVariance] = moments(new Generator(5).normal(100_001, 2, 3))
    expect(normalMean).toBeCloseTo(2, 1)
    expect(normalVariance).toBeCloseTo(9, 0)
  })

  it('permutes every index exactly once', () => {
    const order = new Generator(9).permutation(257)
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(257).keys()])
    expect([...order]).not.toEqual([...Array(257).keys()])
  })

  it('refuses a seed that is no integer, with the value', () => {
    expect(() => new Generator(-1)).toThrow(DlError)
    expect(() => new Generator(0.5)).toThrow(/seed is 0.5; expected an integer from 0/)
  })
})
