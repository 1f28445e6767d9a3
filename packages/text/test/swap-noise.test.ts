import { checkpoint } from '@dl/callbacks'
import { DlError, Generator, manualSeed } from '@dl/core'
import { type DataLoader, disposeBatch, memoryStorage } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, LanguageModelLoader, swapNoise } from '@dl/text'
import { fit } from '@dl/train'
import { zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const ids = Int32Array.from({ length: 4000 }, (_, i) => i)
const clean = (bs = 8) => new LanguageModelLoader(ids, { bs, bptt: 20, seed: 5 })

/** The inputs and targets of an epoch. */
async function read(loader: DataLoader): Promise<[inputs: number[], target: number[]][]> {
  const all: [number[], number[]][] = []
  for await (const batch of loader) {
    all.push([[...(await batch.inputs[0]!.data())], [...(await batch.target.data())]])
    disposeBatch(batch)
  }
  return all
}

it('takes some tokens from other streams at the same step, and leaves targets', async () => {
  const [plain, noisy] = [await read(clean()), await read(swapNoise(clean(), { p: 0.3, seed: 1 }))]
  expect(noisy.map(([, target]) => target)).toEqual(plain.map(([, target]) => target))
  const [before, after] = [plain, noisy].map(all => all.flatMap(([inputs]) => inputs)) as [
    number[],
    number[],
  ]
  const changed = after.flatMap((id, i) => (id === before[i] ? [] : [i]))
  expect(Math.abs(changed.length / before.length - 0.3)).toBeLessThan(0.03)
  // 500 rows of 8 streams: a step is what is left of 500
  for (const i of changed) expect(after[i]! % 500).toBe(before[i]! % 500)
  const froms = changed.map(i => (Math.floor(after[i]! / 500) - (i % 8) + 8) % 8)
  for (let step = 1; step < 8; step++) {
    const share = froms.filter(from => from === step).length / froms.length
    expect(Math.abs(share - 1 / 7)).toBeLessThan(0.04)
  }
})

it('does nothing for p 0 or a single stream, and all for p 1', async () => {
  expect(await read(swapNoise(clean(), { p: 0 }))).toEqual(await read(clean()))
  expect(await read(swapNoise(clean(1), { p: 1 }))).toEqual(await read(clean(1)))
  const [all, plain] = [await read(swapNoise(clean(), { p: 1, seed: 1 })), await read(clean())]
  expect(all[0]![0].some((id, i) => id === plain[0]![0][i])).toBe(false)
})

it('has noise of its own in each epoch and batch, the same for the same seed', async () => {
  const two = async (loader: DataLoader) => [await read(loader), await read(loader)]
  const epochs = await two(swapNoise(clean(), { p: 0.5, seed: 1 }))
  expect(epochs[0]).not.toEqual(epochs[1])
  expect(await two(swapNoise(clean(), { p: 0.5, generator: new Generator(1) }))).toEqual(epochs)
  manualSeed(2)
  const other = swapNoise(clean(), { p: 0.5 })
  const begin = other.state!()
  const expected = await two(other)
  expect(expected).not.toEqual(epochs)
  // whatever seed it was made with, it goes on as the state says
  const resumed = swapNoise(clean(), { p: 0.5, seed: 9 })
  resumed.restore!(JSON.parse(JSON.stringify(begin)))
  resumed.skip!(3)
  expect(await two(resumed)).toEqual([expected[0]!.slice(3), expected[1]])
})

it('is as long as its loader and can as much', () => {
  const loader = swapNoise(clean())
  expect([loader.length, loader.nominalLength]).toEqual([clean().length, clean().nominalLength])
  const bare = swapNoise({ async *[Symbol.asyncIterator]() {} })
  expect([bare.length, bare.state, bare.restore, bare.skip]).toEqual(Array(4).fill(undefined))
})

it('goes on within an epoch to the same curve', async () => {
  const play = async (path: string, seed: number, stopAt: number | null, more: object = {}) => {
    manualSeed(seed)
    const model = new CharLM({ vocab: 7, embedding: 2, hidden: 3, layers: 1, cell: 'rnn' })
    using lo = new LayerOptimizer(adam, model, 1e-2)
    const few = new LanguageModelLoader(
      ids.slice(0, 200).map(id => (id * id) % 7),
      { bs: 4, bptt: 6, seed },
    )
    const stop = new AbortController()
    const stopping = {
      name: 'stopping',
      onBatchEnd(ctx: { step: number }) {
        if (ctx.step === stopAt) stop.abort()
      },
    }
    const saver = checkpoint(path, { storage, everyMinutes: 100 })
    const { history } = await fit(
      model,
      { train: swapNoise(few, { p: 0.5 }) },
      2,
      lo,
      crossEntropy,
      {
        callbacks: [stopping, saver],
        signal: stop.signal,
        ...more,
      },
    )
    model.dispose()
    return history
  }
  const storage = memoryStorage()
  const whole = await play('whole', 1, null)
  await play('noise', 1, 3)
  expect(await play('noise', 2, null, { resume: { path: 'noise', storage } })).toEqual(whole)
})

it('names what it wants, and frees a batch that it refuses', async () => {
  const complaints: [() => unknown, string][] = [
    [() => swapNoise(clean(), { p: 2 }), 'swapNoise got p 2; expected a number from 0 to 1.'],
    [() => swapNoise(clean(), { q: 2 } as never), 'swapNoise has no option q'],
    [() => swapNoise([] as never), 'expected a loader, such as a LanguageModelLoader'],
  ]
  for (const [call, message] of complaints) {
    expect(call).toThrow(message)
    expect(call).toThrow(DlError)
  }
  const floats = {
    async *[Symbol.asyncIterator]() {
      yield { inputs: [zeros([2, 3])], target: zeros([2]), items: 2 }
    },
  }
  await expect(read(swapNoise(floats))).rejects.toThrow(
    'swapNoise got float32 inputs of shape [2, 3]; expected int32 inputs [time, batch].',
  )
})
