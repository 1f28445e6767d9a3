/**
 * What a backend has to get right before anybody trains on it, held against backend-wasm in the same
 * process: the checklist of a new backend.
 */
import { manualSeed, valueAndGrads } from '@dl/core'
import { disposeBatch, encodeModelFile, readModelFile, take } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { generate } from '@dl/text'
import { Learner } from '@dl/train'
import { classActivationMap, gradCam } from '@dl/vision'
import { dispose, getBackend, setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it, vi } from 'vitest'
import { isShort } from '../../../scripts/short-form'
import {
  languageData,
  languageModel,
  momentum,
  pictures,
  programs,
  smallResNet,
} from '../src/programs'

/** A tensor, or several, where any backend can take them. */
type Numbers = { shape: number[]; data: Float32Array }
type Named = Record<string, Numbers>

const STEPS = isShort ? 25 : 50
const FORCED_STEPS = isShort ? 5 : 20
const backend = import.meta.env.DL_TEST_BACKEND as string

beforeAll(async () => {
  // that two are imported is what this is about
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  await import('@dl/backend-wasm')
  warn.mockRestore()
  await setBackend(backend)
})

/** A processor that plays a graphics card needs it. */
const LONG = { timeout: 180_000 }

/** Runs `f` on another backend. Backends that wait for an adapter are ready by now. */
async function on<T>(name: string, f: () => Promise<T>): Promise<T> {
  const before = getBackend()
  await setBackend(name)
  try {
    return await f()
  } finally {
    await setBackend(before)
  }
}

/** The same work on wasm and on the backend under test. */
const both = async <T>(f: () => Promise<T>): Promise<[wasm: T, here: T]> => [
  await on('wasm', f),
  await on(backend, f),
]

async function numbersOf(tensors: Record<string, Tensor>): Promise<Named> {
  const entries = Object.entries(tensors).map(
    async ([name, t]) =>
      [name, { shape: t.shape, data: (await t.data()) as Float32Array }] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

const tensorsOf = (named: Named): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(named).map(([name, { shape, data }]) => [name, tensor(data, shape)]),
  )

/** The largest difference of two lists of numbers. */
const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length)
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))
}

const lengthOf = (values: Iterable<number>): number => {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum)
}

it('trains the language model to the same losses, each step on its own weights', LONG, async () => {
  const [wasm, here] = await both(() => programs.charLM({ steps: STEPS }))
  expect(here.losses.at(-1)).toBeLessThan(here.losses[0]! - 0.2)
  expect(apart(here.losses, wasm.losses)).toBeLessThan(2e-3)
})

/** A step of the residual net: where it began, and what came of it. */
interface Step {
  model: Named
  optimizer: {
    tensors: Named
    values: ReturnType<ReturnType<typeof momentum>['stateDict']>['values']
  }
  loss: number
  gradient: Named
}

/** Steps of the residual net, each from the state given for it, else from the step before. */
async function forcedSteps(given?: readonly Step[]): Promise<Step[]> {
  manualSeed(7)
  const { classes, train } = pictures()
  const model = smallResNet(classes.length)
  const lo = momentum(model)
  const names = [...model.namedParameters()].map(([name]) => name)
  const steps: Step[] = []
  model.train()
  for await (const batch of take(train, FORCED_STEPS)) {
    const from = given?.[steps.length]
    if (from) {
      const weights = tensorsOf(from.model)
      const state = { ...from.optimizer, tensors: tensorsOf(from.optimizer.tensors) }
      model.loadStateDict(weights)
      lo.loadStateDict(state)
      dispose([weights, state.tensors] as never)
    }
    const [weights, state] = [model.stateDict(), lo.stateDict()]
    const began = {
      model: await numbersOf(weights),
      optimizer: { values: state.values, tensors: await numbersOf(state.tensors) },
    }
    const { value, grads, ...result } = valueAndGrads(
      () => crossEntropy(model.call(batch.inputs[0]!), batch.target),
      lo.parameters,
    )
    steps.push({
      ...began,
      loss: (await value.data())[0]!,
      gradient: await numbersOf(Object.fromEntries(grads.map((grad, i) => [names[i]!, grad!]))),
    })
    lo.step(grads)
    result.commit()
    result.dispose()
    disposeBatch(batch)
    dispose([weights, state.tensors] as never)
  }
  lo.dispose()
  model.dispose()
  return steps
}

it('makes each step of a residual net that wasm makes from there', LONG, async () => {
  const wasm = await on('wasm', () => forcedSteps())
  const here = await on(backend, () => forcedSteps(wasm))
  expect(here).toHaveLength(FORCED_STEPS)
  for (const [i, step] of wasm.entries()) {
    const own = here[i]!
    expect(Math.abs(own.loss - step.loss), `loss ${i}`).toBeLessThan(1e-5)
    const names = Object.keys(step.gradient)
    const whole = names.flatMap(name => Array.from(step.gradient[name]!.data))
    const difference = names
      .flatMap(name => Array.from(own.gradient[name]!.data))
      .map((value, j) => value - whole[j]!)
    expect(lengthOf(difference) / lengthOf(whole), `gradient ${i}`).toBeLessThan(1e-2)
  }
})

it('sees the same in a picture', LONG, async () => {
  const [wasm, here] = await both(async () => {
    manualSeed(7)
    const data = pictures()
    const model = smallResNet(data.classes.length)
    const learn = new Learner(model, data, { loss: crossEntropy })
    for await (const batch of take(data.validation, 1)) {
      const [x] = batch.inputs as [Tensor]
      const maps = {
        cam: classActivationMap(model, x, { layer: 'layer2', linear: 'fc', target: 1 }),
        gradCam: gradCam(model, x, { layer: 'layer1', target: 1 }),
      }
      const tta = await learn.tta({ nAug: 2 })
      const seen = await numbersOf({ ...maps, tta: tta.probabilities })
      dispose([maps, tta, batch] as never)
      learn.dispose()
      model.dispose()
      return seen
    }
    throw new Error('there was no batch')
  })
  for (const [name, { data }] of Object.entries(wasm)) {
    expect(apart(here[name]!.data, data), name).toBeLessThan(1e-3)
  }
})

it('goes on from what another backend saved, and the other way round', async () => {
  manualSeed(7)
  const { nt, field } = languageData()
  const save = async () => {
    const model = languageModel(nt)
    const tensors = model.stateDict()
    const bytes = await encodeModelFile({ kind: 'test', parts: {}, tensors })
    const said = await generate(model, field, 'the sea', { length: 20, seed: 1 })
    dispose(tensors)
    model.dispose()
    return { bytes, said }
  }
  const load = async (bytes: Uint8Array) => {
    const { tensors } = await readModelFile(bytes, { kind: 'test', parts: [] })
    const model = languageModel(nt)
    model.loadStateDict(tensors)
    const said = await generate(model, field, 'the sea', { length: 20, seed: 1 })
    dispose({ ...tensors })
    model.dispose()
    return said
  }
  for (const [from, to] of [
    ['wasm', backend],
    [backend, 'wasm'],
  ] as const) {
    const { bytes, said } = await on(from, save)
    expect(await on(to, () => load(bytes))).toBe(said)
  }
})
