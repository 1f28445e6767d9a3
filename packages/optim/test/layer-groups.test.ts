import { Embedding, GRU, Linear, Module } from '@dl/layers'
import { type GroupPick, layerGroups, spread } from '@dl/optim'
import type { Tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

class Reader extends Module {
  encoder = new Embedding(5, 2)
  rnn = new GRU(2, 3)
  encoderNorm = new Linear(3, 3)
  decoder = new Linear(3, 5)
  forward(x: Tensor): Tensor {
    return x
  }
}

describe('layerGroups', () => {
  let model: Reader
  beforeAll(() => {
    model = new Reader()
  })
  afterAll(() => model.dispose())

  /** The paths of each group. */
  const paths = (picks?: GroupPick | readonly GroupPick[]) => {
    const names = new Map([...model.namedParameters()].map(([path, p]) => [p, path]))
    return layerGroups(model, picks).map(group => group.map(p => names.get(p)).join(' '))
  }
  const RNN = 'rnn.weight_ih_l0 rnn.weight_hh_l0 rnn.bias_ih_l0 rnn.bias_hh_l0'
  const ENDS = ['encoderNorm.weight encoderNorm.bias', 'decoder.weight decoder.bias']

  it('takes the parts on the top level', () => {
    expect(paths()).toEqual(['encoder.weight', RNN, ...ENDS])
  })

  it('takes paths, whole parts of them only, and puts the rest first', () => {
    expect(paths(['encoderNorm', 'decoder'])).toEqual([`encoder.weight ${RNN}`, ...ENDS])
    expect(paths(['encoder', 'rnn', 'encoderNorm', 'decoder'])).toEqual(paths())
    expect(paths('decoder.bias')[1]).toBe('decoder.bias')
  })

  it('takes functions of path and parameter; the first that wants it gets it', () => {
    expect(paths((_path, { shape }) => shape.length < 2)).toEqual([
      'encoder.weight rnn.weight_ih_l0 rnn.weight_hh_l0 encoderNorm.weight decoder.weight',
      'rnn.bias_ih_l0 rnn.bias_hh_l0 encoderNorm.bias decoder.bias',
    ])
    expect(paths(['rnn', path => !path.startsWith('d'), () => true])).toEqual([
      RNN,
      `encoder.weight ${ENDS[0]}`,
      ENDS[1],
    ])
  })

  it('names a pick that gets nothing, be it mistyped or too late', () => {
    expect(() => paths(['rnn', 'decodr'])).toThrowErrorMatchingInlineSnapshot(
      `[DlError: "decodr" picks no parameters; expected each pick to get some; the parts of the model are encoder, rnn, encoderNorm, decoder.]`,
    )
    expect(() => paths([() => true, () => true])).toThrow('pick 1 picks no parameters')
  })
})

describe('spread', () => {
  it('is geometric, with exact ends', () => {
    expect(spread(1e-5, 1e-2, 4).map(lr => +lr.toPrecision(6))).toEqual([1e-5, 1e-4, 1e-3, 1e-2])
    expect(spread(0.3, 0.1, 2)).toEqual([0.3, 0.1])
    expect(spread(0.1, 0.7, 1)).toEqual([0.7])
  })

  it('names numbers that do not fit', () => {
    expect(() => spread(0, 1, 3)).toThrow(
      'spread got 0 and 1; expected two finite numbers above 0.',
    )
    expect(() => spread(1, Number.POSITIVE_INFINITY, 3)).toThrow(/spread got 1 and Infinity/)
    expect(() => spread(1, 2, 0)).toThrow(
      'spread got a count of 0; expected an integer of at least 1.',
    )
  })
})
