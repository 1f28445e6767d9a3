/** AWD-LSTM against a plain PyTorch one, in training with the masks that the seed draws here. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { checkpoint } from '@dl/callbacks'
import { DlError, manualSeed, valueAndGrads } from '@dl/core'
import { files, memoryStorage } from '@dl/data'
import { activationRegularizer, crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer, layerGroups } from '@dl/optim'
import {
  AWDLSTM,
  type AWDLSTMOptions,
  chars,
  exportLanguageModel,
  Field,
  generate,
  LanguageModelData,
  loadLanguageModel,
} from '@dl/text'
import { type FitOptions, fit } from '@dl/train'
import { dispose, keep, reshape, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, hashedIds, readFixture } from '../../../scripts/golden'

interface Case {
  /** null in eval mode */
  seed: number | null
  time: number
  batch: number
  options: AWDLSTMOptions
  parameters: Record<string, number[]>
  loss: number
  logits: Golden
  gradients: Record<string, Golden>
}

it.each(readFixture<Case[]>(import.meta.url, 'awd-lstm'))(
  'is PyTorch’s for seed $seed, $options',
  async ({ seed, time, batch, options, parameters, loss, logits, gradients }) => {
    const model = new AWDLSTM(options).train(seed !== null)
    const named = [...model.namedParameters()]
    expect(named.map(([name]) => name)).toEqual(Object.keys(parameters))
    const weights = Object.entries(parameters).map(
      ([name, shape], i) => [name, hashed(10 + i, shape, 0.5)] as const,
    )
    model.loadStateDict(Object.fromEntries(weights))
    const ids = hashedIds(1, [time, batch], options.vocab)
    const targets = hashedIds(2, [time * batch], options.vocab)
    const regularizer = activationRegularizer(model.outputDropout)
    regularizer.onTrainBegin()
    let scores: Tensor
    let own: Tensor
    if (seed !== null) manualSeed(seed)
    const step = valueAndGrads(
      () => {
        scores = keep(model.call(ids))
        own = keep(crossEntropy(reshape(scores, [-1, options.vocab]), targets))
        return regularizer.transformLoss(own)
      },
      named.map(([, parameter]) => parameter),
    )
    regularizer.onTrainEnd()
    expect((await own!.data())[0]).toBeCloseTo(loss, 5)
    await expectGolden('scores', scores!, logits, 1e-5)
    for (const [i, [name]] of named.entries()) {
      await expectGolden(`gradient of ${name}`, step.grads[i]!, gradients[name]!, 1e-5)
    }
    step.dispose()
    dispose([scores!, own!, ids, targets, ...weights.map(([, t]) => t)])
    model.dispose()
  },
)

const TEXT = 'abcde '.repeat(30)

function setUp(seed = 3) {
  manualSeed(seed)
  const field = new Field({ tokenize: chars })
  const data = LanguageModelData.fromTexts({ train: TEXT, validation: TEXT }, field, {
    bs: 4,
    bptt: 6,
    seed,
  })
  const model = new AWDLSTM({
    vocab: data.nt,
    embedding: 12,
    hidden: 16,
    layers: 2,
    embeddingDropout: 0.01,
    inputDropout: 0.01,
    hiddenDropout: 0.01,
    outputDropout: 0.01,
    weightDrop: 0.01,
  })
  const groups = layerGroups(model, ['encoder', 'rnns.0', 'rnns.1', 'decoder'])
  const lo = new LayerOptimizer(adam, groups, [0.05, 0.03, 0.03, 0.05])
  const callbacks = [activationRegularizer(model.outputDropout, { alpha: 0.01, beta: 0.01 })]
  return { field, data, model, lo, callbacks, dispose: () => [lo, model].map(one => one.dispose()) }
}

const options = { carryState: true }

it('learns with learning rates of its parts, and is read again from a file', async () => {
  const folder = await mkdtemp(files.join(tmpdir(), 'dl-'))
  const { field, data, model, lo, callbacks, dispose } = setUp()
  const { history } = await fit(model, data, 10, lo, crossEntropy, { callbacks, ...options })
  expect(history.at(-1)!.valLoss).toBeLessThan(0.5)
  const text = await generate(model, field, 'ab', { length: 9, greedy: true })
  expect(text).toBe('abcde abcde')
  const path = files.join(folder, 'abc.safetensors')
  await exportLanguageModel(path, model, field)
  const loaded = await loadLanguageModel(path)
  expect(String(loaded.model)).toBe(String(model))
  const again = await generate(loaded.model, loaded.field, 'ab', {
    length: 9,
    greedy: true,
  })
  expect(again).toBe(text)
  loaded.model.dispose()
  dispose()
  await rm(folder, { recursive: true })
})

it('goes on from a checkpoint to the same bits', async () => {
  const play = async (seed: number, stopAt: number | null, more: FitOptions = {}) => {
    const { model, data, lo, callbacks, dispose } = setUp(seed)
    const stop = new AbortController()
    const stopping = {
      name: 'stopping',
      onBatchEnd(ctx: { step: number }) {
        if (ctx.step === stopAt) stop.abort()
      },
    }
    const { history, resumed } = await fit(model, data, 2, lo, crossEntropy, {
      ...options,
      ...more,
      signal: stop.signal,
      callbacks: [...callbacks, stopping, ...(more.callbacks ?? [])],
    })
    dispose()
    return { history, resumed }
  }
  const whole = await play(3, null)
  const storage = memoryStorage()
  const saver = () => checkpoint('awd', { storage, everyMinutes: 100 })
  const steps = 9
  await play(3, steps, { callbacks: [saver()] })
  const resume = { path: 'awd', storage }
  const { history, resumed } = await play(4, null, { callbacks: [saver()], resume })
  expect(resumed).toMatchObject({ step: steps })
  expect(history).toEqual(whole.history)
})

describe('an AWD-LSTM', () => {
  it('has the paper’s sizes, and one matrix for both ends', () => {
    const model = new AWDLSTM({ vocab: 10, hidden: 20 })
    const shapes = model.rnns.map(({ inputs, hidden }) => [inputs, hidden])
    expect(shapes).toEqual([
      [400, 20],
      [20, 20],
      [20, 400],
    ])
    expect(model.decoder.weight).toBe(model.encoder.weight)
    const { inputDropout, hiddenDropout, outputDropout, encoder } = model
    expect([encoder, inputDropout, hiddenDropout, outputDropout].map(String)).toEqual([
      'Embedding(10, 400, dropout=0.1)',
      'LockedDropout(p=0.4)',
      'LockedDropout(p=0.3)',
      'LockedDropout(p=0.4)',
    ])
    expect(model.rnns.map(rnn => rnn.weightDrop)).toEqual([0.5, 0.5, 0.5])
    model.dispose()
  })

  it.each<[Partial<AWDLSTMOptions>, string]>([
    [{ vocab: 0 }, 'Embedding got rows 0'],
    [{ layers: 0 }, 'layers of an AWDLSTM is 0; expected an integer of at least 1.'],
    [{ weightDrop: 2 }, 'LSTM got weightDrop 2; expected a number from 0 to 1.'],
    [{ inputDropout: -1 }, 'LockedDropout got p -1'],
    [{ embeddingDropout: 3 }, 'Embedding got dropout 3'],
    [{ tied: true } as never, 'AWDLSTM has no option tied'],
  ])('of %j is refused', (options, message) => {
    const make = () => new AWDLSTM({ vocab: 5, embedding: 2, hidden: 3, ...options })
    expect(make).toThrow(message)
    expect(make).toThrow(DlError)
  })
})
