/** Memory's limit is reached and left again: an error, nothing lost, and the same bits as without it. */
import { type Callback, checkpoint, lossRecorder } from '@dl/callbacks'
import { DlError, holdings, manualSeed, noGrad, valueAndGrads } from '@dl/core'
import { ArrayDataset, dataLoader, memoryStorage } from '@dl/data'
import { BatchNorm1d, crossEntropy, Dropout, GELU, Linear, ReLU, Sequential } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { type FitOptions, fit, memoryReport } from '@dl/train'
import {
  clone,
  customGrad,
  dispose,
  keep,
  memory,
  ones,
  type Rank,
  relu,
  removeBackend,
  setBackend,
  type Tensor,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { registerWasm } from '../../backend-wasm/src/register'

const isWasm = import.meta.env.DL_TEST_BACKEND === 'wasm'

beforeEach(async ctx => {
  ctx.skip(!isWasm, 'it is the memory of WebAssembly')
  registerWasm('wasm-small', { maximumBytes: 8 * 2 ** 20, priority: 0 })
  await setBackend('wasm-small')
})

afterEach(async () => {
  if (!isWasm) return
  await setBackend('wasm')
  removeBackend('wasm-small')
})

const set = new ArrayDataset({
  inputs: [Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(2 * i)])],
  target: Int32Array.from({ length: 200 }, (_, i) => (i * i) % 3),
})

/** Takes what is left, to the last block; gives the number of refusals, each a DlError. */
function fill(hog: Tensor[]): number {
  let refusals = 0
  for (let floats = 2 ** 18; floats >= 16; floats /= 4) {
    for (let i = 0; i < 1000; i++) {
      try {
        // a result is in the memory, where an upload stays outside until it is read
        hog.push(keep(tidy(() => relu(ones([floats])))))
      } catch (error) {
        if (!DlError.is(error, 'out-of-memory')) throw error
        refusals++
        break
      }
    }
  }
  return refusals
}

async function play(seed: number, options: FitOptions, hog: Tensor[] = []) {
  const before = memory().numBytes
  manualSeed(seed)
  const model = new Sequential(
    new Linear(2, 64),
    new BatchNorm1d(64),
    new ReLU(),
    new Dropout(0.2),
    new Linear(64, 3),
  )
  const lo = new LayerOptimizer(adam, model, 0.01)
  const recorder = lossRecorder()
  const train = dataLoader(set, { bs: 20, shuffle: true, seed: 1 })
  let error: unknown = null
  try {
    await fit(model, { train }, 2, lo, crossEntropy, {
      ...options,
      callbacks: [recorder, ...(options.callbacks ?? [])],
    })
  } catch (thrown) {
    error = thrown
  }
  dispose(hog)
  const { parameters, optimizer, rest } = memoryReport(model, lo)
  const weights = [...(await model.parameters())].map(({ value }) => value.data())
  const numbers = (await Promise.all(weights)).flatMap(values => [...values])
  lo.dispose()
  model.dispose()
  const { losses } = recorder
  return { error, losses, numbers, held: { parameters, optimizer, rest: rest - before } }
}

it('between two steps', async () => {
  const whole = await play(1, {})
  expect(whole.losses).toHaveLength(20)
  let refusals = 0
  const greedy: Callback = {
    name: 'greedy',
    onBatchEnd() {
      const hog: Tensor[] = []
      refusals += fill(hog)
      dispose(hog)
    },
  }
  expect(await play(1, { callbacks: [greedy] })).toEqual(whole)
  expect(refusals).toBe(20 * 8)
})

it('within a step, which is undone; the run goes on from its checkpoint', async () => {
  const whole = await play(1, {})
  const storage = memoryStorage()
  const saver = () => checkpoint('run', { storage, everySteps: 1 })
  const hog: Tensor[] = []
  const greedy: Callback = {
    name: 'greedy',
    onBatchBegin({ step }) {
      if (step === 7) fill(hog)
    },
  }
  const broken = await play(1, { callbacks: [saver(), greedy] }, hog)
  expect(broken.error).toMatchObject({ code: 'out-of-memory' })
  expect(broken.losses).toEqual(whole.losses.slice(0, 7))
  // nothing that the step had made stays: the report is that of a run that ended
  expect(broken.held).toEqual(whole.held)
  const resume = { path: 'run', storage }
  expect(await play(2, { callbacks: [saver()], resume })).toEqual(whole)
})

it.each([
  'at the beginning',
  'between layers',
  'before the loss',
  'before the first gradient',
  'in a later gradient',
])('%s: the tape is freed, whole', place => {
  const norm = new BatchNorm1d(8)
  const model = new Sequential(new Linear(2, 8), norm, new GELU(), new Linear(8, 3))
  model.train()
  const parameters = [...model.parameters()]
  const [x, y] = [ones<Rank.R2>([4, 2]), zeros<Rank.R1>([4], 'int32')]
  const hog: Tensor[] = []
  const reach = (here: string) => {
    if (here === place) noGrad(() => fill(hog))
  }
  // GELU saves its input for its gradient before it computes
  const unhook = norm.onForward(() => reach('between layers'))
  /** Passes on what it gets; when its gradient comes back, the loss has had its own. */
  const passing = customGrad(x => ({
    value: clone(x as Tensor2D),
    gradFunc(dy: Tensor2D) {
      reach('in a later gradient')
      return clone(dy)
    },
  }))
  const step = () =>
    valueAndGrads(() => {
      reach('at the beginning')
      const output = passing(model.call(x) as Tensor2D)
      reach('before the loss')
      const loss = crossEntropy(output, y)
      reach('before the first gradient')
      return loss
    }, parameters)
  const held = () => ({ ...holdings(), bytes: memory().numBytes })
  const before = held()
  expect(step).toThrow('of the WebAssembly memory')
  dispose(hog)
  expect(held()).toEqual(before)
  unhook()
  dispose([x, y])
  model.dispose()
})
