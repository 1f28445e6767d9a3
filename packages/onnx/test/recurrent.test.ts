import { manualSeed } from '@dl/core'
import {
  type AnyModule,
  crossEntropy,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  RNN,
  RNNCell,
} from '@dl/layers'
import { toOnnx } from '@dl/onnx'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { draw, expectSame, ids, runOnnx, seeded, type Values } from './compare'

type State = { h: Tensor; c: Tensor }

const SEQUENCES: Record<string, () => AnyModule> = {
  LSTM: () => new LSTM(3, 5),
  GRU: () => new GRU(3, 5),
  RNN: () => new RNN(3, 5),
  'RNN of relu': () => new RNN(3, 5, { nonlinearity: 'relu' }),
  'LSTM of two layers': () => new LSTM(3, 5, { layers: 2, dropout: 0.5 }),
  'GRU of two layers without bias': () => new GRU(3, 5, { layers: 2, bias: false }),
  'LSTM both ways': () => new LSTM(3, 5, { layers: 2, bidirectional: true }),
  'GRU both ways': () => new GRU(3, 5, { bidirectional: true }),
  'RNN, batch first': () => new RNN(3, 5, { batchFirst: true }),
}

describe('recurrent layers in onnxruntime', () => {
  for (const [name, make] of Object.entries(SEQUENCES)) {
    it(`${name}: output and last state, for any length and batch`, async () => {
      await expectSame(seeded(make), { inputs: { x: ['T', 'N', 3] } }, { x: draw([6, 4, 3]) })
    })
  }

  it('takes the state to begin with', async () => {
    const model = seeded(() => new LSTM(3, 5, { layers: 2, bidirectional: true }))
    const state = [4, 'N', 5] as const
    await expectSame(
      model,
      {
        inputs: { x: ['T', 'N', 3], h: state, c: state },
        forward: ({ x, h, c }) => model.call(x!, { h, c } as State),
      },
      { x: draw([6, 2, 3]), h: draw([4, 2, 5], 8), c: draw([4, 2, 5], 9) },
      { h: 'h_out', c: 'c_out' },
    )
  })

  const CELLS: Record<string, () => AnyModule> = {
    LSTMCell: () => new LSTMCell(3, 5),
    GRUCell: () => new GRUCell(3, 5),
    RNNCell: () => new RNNCell(3, 5),
  }
  for (const [name, make] of Object.entries(CELLS)) {
    it(name, async () => {
      await expectSame(seeded(make), { inputs: { x: ['N', 3] } }, { x: draw([4, 3]) })
    })
  }
})

describe('a model that carries its state', () => {
  for (const cell of ['lstm', 'gru', 'rnn'] as const) {
    it(`CharLM of ${cell}: the state goes out and in again`, async () => {
      const model = seeded(() => new CharLM({ vocab: 11, embedding: 4, hidden: 6, cell }))
      const bytes = await toOnnx(model, {
        inputs: { ids: { shape: ['T', 'N'], dtype: 'int32' } },
      })
      // nothing has changed in the model
      const names = [...model.namedBuffers()].map(([name]) => name)
      for (const [, buffer] of model.namedBuffers()) expect(buffer.value.shape).toEqual([2, 1, 6])
      expect(model.training).toBe(true)

      const text = ids([7, 3], 11)
      model.eval()
      const expected: number[][] = []
      for (let pass = 0; pass < 2; pass++) {
        const scores = model.call(text)
        expected.push(Array.from(await scores.data()))
        scores.dispose()
      }
      let states: Values = Object.fromEntries(names.map(name => [name, zeros([2, 3, 6])]))
      for (const scores of expected) {
        const results = await runOnnx(bytes, { ids: text, ...states })
        for (const state of Object.values(states)) state.dispose()
        results.output!.data.forEach((score, i) => {
          expect(Math.abs(score - scores[i]!)).toBeLessThan(1e-5)
        })
        states = Object.fromEntries(
          names.map(name => [name, tensor(results[`${name}_out`]!.data, [2, 3, 6])]),
        )
      }
      for (const owner of [text, model, ...Object.values(states)]) owner.dispose()
    })
  }
})

it('a language model that was trained has the same loss, batch after batch', async () => {
  manualSeed(3)
  const text = 'the quick brown fox jumps over the lazy dog. '.repeat(12)
  const field = new Field({ tokenize: chars })
  const data = LanguageModelData.fromTexts({ train: text, validation: text }, field, {
    bs: 4,
    bptt: 8,
    seed: 3,
  })
  const model = new CharLM({ vocab: data.nt, embedding: 8, hidden: 16, dropout: 0.1 })
  const lo = new LayerOptimizer(adam, model, 0.02)
  await fit(model, data, 1, lo, crossEntropy)
  const bytes = await toOnnx(model, { inputs: { ids: { shape: ['T', 'N'], dtype: 'int32' } } })
  const names = [...model.namedBuffers()].map(([name]) => name)
  let states: Values = Object.fromEntries(names.map(name => [name, zeros([2, 4, 16])]))
  model.eval()
  model.resetState()
  let [ours, theirs, batches] = [0, 0, 0]
  for await (const { inputs, target } of data.validation) {
    const ids = inputs[0]!
    const results = await runOnnx(bytes, { ids, ...states })
    const { shape, data: scores } = results.output!
    const losses = tidy(() => [
      crossEntropy(model.call(ids), target),
      crossEntropy(tensor(scores, [...shape]), target),
    ])
    ours += (await losses[0]!.data())[0]!
    theirs += (await losses[1]!.data())[0]!
    batches++
    for (const owner of [ids, target, ...losses, ...Object.values(states)]) owner.dispose()
    states = Object.fromEntries(
      names.map(name => [name, tensor(results[`${name}_out`]!.data, [2, 4, 16])]),
    )
  }
  for (const owner of [lo, model, ...Object.values(states)]) owner.dispose()
  expect(batches).toBeGreaterThan(10)
  expect(ours / batches).toBeLessThan(3.1)
  expect(theirs / batches).toBeCloseTo(ours / batches, 5)
})
