/**
 * All that a run changes as it goes, taken out and put back: what a checkpoint holds. Names begin
 * with what they belong to: `model.encoder.weight`, `buffer.rnn.state`, `optimizer.0.m`.
 */
import type { CallbackList, RunState } from '@dl/callbacks'
import {
  type BackendInfo,
  type Buffer,
  backendInfo,
  DlError,
  defaultGenerator,
  type Generator,
  type RandomState,
} from '@dl/core'
import type { LoaderState } from '@dl/data'
import type { LayerOptimizer, OptimizerState } from '@dl/optim'
import { clone, dispose, type Tensor } from '@tensorflow/tfjs-core'
import type { TrainableModel, TrainData } from './model'
import type { Run } from './run'

/** What may be asked of a model beside training; a `Module` has all of it. */
interface Storable {
  stateDict?(): Record<string, Tensor>
  loadStateDict?(state: Record<string, Tensor>): unknown
  namedBuffers?(): Iterable<readonly [string, Buffer]>
  namedModules?(): Iterable<readonly [string, object]>
}

/** The parts of a run. */
export interface RunParts {
  model: TrainableModel & Storable
  data: TrainData
  lo: LayerOptimizer
  callbacks: CallbackList
  run: Run
  /** What the program had asked for when the run began. */
  asked: Asked
  /** Where the epoch began, while the run is in one. */
  begun: Begun | null
}

/** Where the loader and the default generator stood when an epoch began. */
export interface Begun {
  loader: LoaderState | null
  random: RandomState
}

/** What a program says anew when it resumes; it may say something else then. */
export interface Asked {
  epochs: number
  gradientAccumulation: number
  carryState: boolean
  lrs: readonly number[]
  wds: readonly number[]
  momentum: number
  beta: number | null
  clip: number | null
  clipValue: number | null
  /** Whether each parameter trains, and the flags of the modules. */
  trainable: boolean[]
  flags: Record<string, Flags>
}

/** Flags of a module, of which batch norms alone have the last. */
interface Flags {
  trainable?: boolean
  pinned?: boolean
}

export interface StoredRun {
  run: ReturnType<Run['state']>
  asked: Asked
  optimizer: OptimizerState['values']
  callbacks: Record<string, unknown>
  random: RandomState
  generators: Record<string, RandomState>
  loader: LoaderState | null
  begun: Begun | null
  validation: LoaderState | null
  trainable: boolean[]
  flags: Record<string, Flags>
  training: Record<string, boolean>
  batches: number | null
  backend: Pick<BackendInfo, 'backend' | 'simd' | 'native' | 'precision'>
}

const MODEL = 'model.'
const BUFFER = 'buffer.'
const OPTIMIZER = 'optimizer.'
const CALLBACK = 'callback.'

/** @throws DlError `not-resumable` for a model without a state dict */
export async function capture(parts: RunParts): Promise<RunState> {
  const { model, data, lo, callbacks, run, asked, begun } = parts
  const optimizer = lo.stateDict()
  const tensors = {
    ...prefixed(MODEL, weightsOf(storable(model))),
    ...prefixed(
      BUFFER,
      Object.fromEntries(loose(model).map(([name, b]) => [name, clone(b.value)])),
    ),
    ...prefixed(OPTIMIZER, optimizer.tensors),
    ...prefixed(CALLBACK, callbacks.tensors()),
  }
  const { backend, simd, native, precision } = backendInfo()
  const values: StoredRun = {
    run: run.state(),
    asked,
    optimizer: optimizer.values,
    callbacks: callbacks.state(),
    ...randomNow(model),
    loader: data.train.state?.() ?? null,
    begun: run.isWithinEpoch ? begun : null,
    validation: data.validation?.state?.() ?? null,
    ...flagsNow(model, lo),
    training: Object.fromEntries(
      modulesOf(model).map(([path, module]) => [path, module.training === true]),
    ),
    batches: Number.isFinite(data.train.length) ? data.train.length! : null,
    backend: { backend, simd, native, precision },
  }
  return { tensors, values: values as unknown as Record<string, unknown> }
}

/** Which parameters train, and the flags that modules have for it. */
export function flagsNow(
  model: TrainableModel & Storable,
  lo: LayerOptimizer,
): Pick<Asked, 'trainable' | 'flags'> {
  const flags = modulesOf(model).map(([path, { trainable, pinned }]): [string, Flags] => [
    path,
    {
      ...(typeof trainable === 'boolean' && { trainable }),
      ...(typeof pinned === 'boolean' && { pinned }),
    },
  ])
  return {
    trainable: lo.groups.flat().map(({ trainable }) => trainable),
    flags: Object.fromEntries(flags),
  }
}

export function setFlags(
  model: TrainableModel & Storable,
  lo: LayerOptimizer,
  { trainable, flags }: Pick<Asked, 'trainable' | 'flags'>,
): void {
  for (const [i, parameter] of lo.groups.flat().entries()) {
    parameter.trainable = trainable[i] ?? parameter.trainable
  }
  for (const [path, module] of modulesOf(model)) Object.assign(module, flags[path])
}

/** Training or eval, module by module, as a callback may have set them within the epoch. */
export function setModes(model: TrainableModel & Storable, modes: Record<string, boolean>): void {
  for (const [path, module] of modulesOf(model)) {
    if (modes[path] !== undefined) module.training = modes[path]
  }
}

/** Weights, buffers and the optimizer's memory: all of them, or none where one does not fit. */
export function loadTensors(
  { model, lo }: Pick<RunParts, 'model' | 'lo'>,
  tensors: Readonly<Record<string, Tensor>>,
  values: OptimizerState['values'],
): void {
  const into = storable(model)
  const buffers = without(BUFFER, tensors)
  const kept = loose(model)
  const missing = kept.find(([name]) => buffers[name] === undefined)
  if (missing) {
    throw new DlError('state-mismatch', {
      problem: `the checkpoint has no buffer ${missing[0]}`,
      expected: 'the state of the same model',
      fix: 'Build the model with the options it had.',
    })
  }
  const own = into.stateDict()
  try {
    const untouched = kept.flatMap(([name]) => (own[name] ? [[name, own[name]] as const] : []))
    into.loadStateDict({ ...Object.fromEntries(untouched), ...without(MODEL, tensors) })
    try {
      lo.loadStateDict({ tensors: without(OPTIMIZER, tensors), values })
    } catch (error) {
      into.loadStateDict(own)
      throw error
    }
    for (const [name, buffer] of kept) buffer.write(buffers[name]!)
  } finally {
    dispose(own)
  }
}

/** Tensors that callbacks keep. */
export const callbackTensors = (tensors: Readonly<Record<string, Tensor>>) =>
  without(CALLBACK, tensors)

/** Where the default generator stands, and those that layers have for themselves. */
export function randomNow(
  model: TrainableModel & Storable,
): Pick<StoredRun, 'random' | 'generators'> {
  const generators = [...generatorsOf(model)].map(
    ([path, generator]) => [path, generator.state()] as const,
  )
  return { random: defaultGenerator().state(), generators: Object.fromEntries(generators) }
}

/** Puts them there. */
export function setRandom(
  model: TrainableModel & Storable,
  { random, generators }: Pick<StoredRun, 'random' | 'generators'>,
): void {
  defaultGenerator().restore(random)
  for (const [path, generator] of generatorsOf(model)) {
    if (generators[path]) generator.restore(generators[path])
  }
}

function storable(model: TrainableModel & Storable) {
  const { stateDict, loadStateDict } = model
  if (stateDict && loadStateDict) {
    return model as Required<Pick<Storable, 'stateDict' | 'loadStateDict'>> & Storable
  }
  throw new DlError('not-resumable', {
    problem: 'the model has no stateDict and loadStateDict, so its weights cannot be kept',
    expected: 'a Module of @dl/layers, or an object with these two',
  })
}

/** The state dict without the buffers that are kept by themselves. */
function weightsOf(model: ReturnType<typeof storable>): Record<string, Tensor> {
  const state = model.stateDict()
  for (const [name] of loose(model)) {
    state[name]?.dispose()
    delete state[name]
  }
  return state
}

/** Buffers that a state dict leaves out, or whose shape may not be the one they began with. */
const loose = (model: Storable): (readonly [string, Buffer])[] =>
  [...(model.namedBuffers?.() ?? [])].filter(
    ([, { persistent, carried }]) => carried || persistent === false,
  )

interface ModuleFlags extends Flags {
  training?: boolean
}

const modulesOf = (model: Storable) =>
  [...(model.namedModules?.() ?? [])] as [string, ModuleFlags & Record<string, unknown>][]

/** Generators that modules hold in fields of their own. */
function* generatorsOf(model: Storable): Iterable<[path: string, Generator]> {
  for (const [path, module] of modulesOf(model)) {
    for (const [key, value] of Object.entries(module)) {
      if (isGenerator(value)) yield [path === '' ? key : `${path}.${key}`, value]
    }
  }
}

/** Of whichever copy of @dl/core. */
const isGenerator = (value: unknown): value is Generator => {
  const { reserve, fork, state, restore } = (value ?? {}) as Partial<Generator>
  return [reserve, fork, state, restore].every(part => typeof part === 'function')
}

const prefixed = (prefix: string, tensors: Record<string, Tensor>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]))

const without = (prefix: string, tensors: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  )
