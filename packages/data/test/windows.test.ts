import { type Windows, windows } from '@dl/data'
import { describe, expect, it } from 'vitest'

/** As many ids as lesson 6 has characters, of which it prints the first. */
const corpus = new Int32Array(600_893)
corpus.set([40, 42, 29, 30, 25, 27, 29, 1, 1, 1, 43, 45, 40, 40])

const rows = (dataset: Windows, items: number[]) =>
  items.map(i => {
    const { inputs, target } = dataset.get(i)
    return [[...inputs[0]!.data], [...target.data]]
  })

describe('windows', () => {
  it('cuts three characters and the fourth, without overlap: 200,297 rows', () => {
    const three = windows(corpus, { size: 3 })
    expect(three.length).toBe(200_297)
    expect(rows(three, [0, 1, 2])).toEqual([
      [[40, 42, 29], [30]],
      [[30, 25, 27], [29]],
      [[29, 1, 1], [1]],
    ])
    expect(three.get(0).target.shape).toEqual([])
    expect(three.get(three.length - 1).inputs[0]!.data.length).toBe(3)
  })

  it('cuts eight characters from every start: 600,885 rows', () => {
    const eight = windows(corpus, { size: 8, stride: 1 })
    expect(eight.length).toBe(600_885)
    expect(rows(eight, [0, 1])).toEqual([
      [[40, 42, 29, 30, 25, 27, 29, 1], [1]],
      [[42, 29, 30, 25, 27, 29, 1, 1], [1]],
    ])
  })

  it('targets the same eight one later: 75,111 rows', () => {
    const outputs = windows(corpus, { size: 8, target: 'shifted' })
    expect(outputs.length).toBe(75_111)
    expect(rows(outputs, [0])).toEqual([
      [
        [40, 42, 29, 30, 25, 27, 29, 1],
        [42, 29, 30, 25, 27, 29, 1, 1],
      ],
    ])
    expect(outputs.get(75_110).target).toEqual({ data: new Int32Array(8), shape: [8] })
  })

  it('has every window that an id follows, and no other', () => {
    for (let length = 2; length < 20; length++) {
      const ids = Array.from({ length }, (_, i) => i)
      for (let size = 1; size < length; size++) {
        for (let stride = 1; stride < 6; stride++) {
          const dataset = windows(ids, { size, stride })
          const starts = ids.filter(i => i % stride === 0 && i + size < length)
          expect(rows(dataset, [...Array(dataset.length).keys()])).toEqual(
            starts.map(start => [ids.slice(start, start + size), [start + size]]),
          )
        }
      }
    }
  })

  it.each([
    [{ size: 0 }, 'size is 0; expected an integer of at least 1.'],
    [{ size: 2, stride: 1.5 }, 'stride is 1.5; expected an integer of at least 1.'],
    [{ size: 4 }, 'there are 4 ids, too few for windows of 4; expected at least 5.'],
    [{ size: 1, target: 'all' as 'next' }, 'target is "all"; expected "next" or "shifted".'],
  ])('refuses %j', (options, message) => {
    expect(() => windows([1, 2, 3, 4], options)).toThrow(message)
  })
})
