/**
 * Whole-sequence recurrent layers (contracts: @dl/core's `rnn`, `gru`, `lstm`). Forward: one product
 * for the input projections of all time steps, then one launch for each step. Backward: one launch
 * for each step, then each weight gradient as one product over time and batch.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import { expectShapes, type Inputs, type Kernel, type KernelCall } from '../kernel'
import { type Bound, copyFloats, launch } from '../program'
import { columnSums, multiply, shaped } from './products'
import * as steps from './recurrent-steps'

/** Sizes of a call; `width` is H times the number of gates. */
interface Layer {
  backend: TrainingWebGPU
  inputs: Inputs
  time: number
  batch: number
  features: number
  hidden: number
  width: number
  /** The biases that are there. */
  biases: string[]
}

function layerOf(name: string, { backend, inputs }: KernelCall, gates: number): Layer {
  const [time = 0, batch = 0, features = 0] = inputs.x!.shape
  const hidden = inputs.h0!.shape[1] ?? 0
  const width = gates * hidden
  const [state, sequence] = [
    [batch, hidden],
    [time, batch, hidden],
  ]
  expectShapes(name, inputs, {
    ...{ x: [time, batch, features], h0: state, c0: state },
    ...{ wIh: [features, width], wHh: [hidden, width], bIh: [width], bHh: [width] },
    ...{ y: sequence, dy: sequence, cells: sequence, dhN: state, dcN: state },
    ...{ gates: [time, batch, 4 * hidden], cache: [time, batch, 4 * hidden] },
  })
  const biases = ['bIh', 'bHh'].filter(bias => inputs[bias])
  return { backend, inputs, time, batch, features, hidden, width, biases }
}

const written = (tensor: TensorInfo): Bound => ({ tensor, writes: true })
const pick = (inputs: Inputs, names: string[]): Inputs =>
  Object.fromEntries(names.filter(name => inputs[name]).map(name => [name, inputs[name]!]))

/** x·wIh for all time steps, [T·B, width]. */
function project({ backend, inputs, time, batch, features }: Layer): TensorInfo {
  return multiply(backend, shaped(inputs.x!, time * batch, features), inputs.wIh!)
}

/** Launches a program for each time step; `behind` is the step whose gradients flow back. */
function overTime(
  { backend, time, batch, hidden }: Layer,
  key: string,
  code: string,
  buffers: Record<string, Bound | TensorInfo>,
  direction: 'forward' | 'backward' = 'forward',
): void {
  for (let i = 0; i < time; i++) {
    const t = direction === 'forward' ? i : time - 1 - i
    launch(backend, {
      key,
      buffers,
      sizes: { batch, hidden, time: t, behind: t + 1, steps: time },
      code,
      count: steps.groupsOf(batch, hidden),
      lanes: steps.LANES,
    })
  }
}

/** The last state as a tensor of its own. */
function last({ backend, time, batch, hidden }: Layer, all: TensorInfo): TensorInfo {
  const out = backend.output([batch, hidden])
  const count = batch * hidden
  copyFloats(backend, { tensor: all, at: (time - 1) * count }, { tensor: out }, count)
  return out
}

/** A state to be written over: a copy of `from`, or zeros. */
function stateFrom({ backend, batch, hidden }: Layer, from: TensorInfo | undefined): TensorInfo {
  const out = backend.output([batch, hidden])
  copyFloats(backend, from ? { tensor: from } : null, { tensor: out }, batch * hidden)
  return out
}

/** dh0 from the gradients of the first step's gates, and what flowed past them. */
function initialGradient(layer: Layer, dGates: TensorInfo, kept?: TensorInfo): TensorInfo {
  const { backend, inputs, time, batch, hidden, width } = layer
  const out = backend.output([batch, hidden])
  launch(backend, {
    key: `initialBack ${width / hidden} ${kept !== undefined}`,
    buffers: { wHh: inputs.wHh!, dGates, ...(kept && { kept }), out: written(out) },
    sizes: { batch, hidden, time: 0, behind: 0, steps: time },
    code: steps.initialBack(width / hidden, kept !== undefined),
    count: steps.groupsOf(batch, hidden),
    lanes: steps.LANES,
  })
  return out
}

/** dx, dwIh, dwHh and the biases' gradients from those of the gates, [T·B, width]. */
function weightGradients(layer: Layer, dInputs: TensorInfo, dGates: TensorInfo) {
  const { backend, inputs, time, batch, features, hidden, width } = layer
  const rows = time * batch
  const [intoInput, intoHidden] = [dInputs, dGates].map(d => shaped(d, rows, width)) as [
    TensorInfo,
    TensorInfo,
  ]
  const dx = multiply(backend, intoInput, inputs.wIh!, { transposeB: true })
  const x = shaped(inputs.x!, rows, features)
  const dwIh = multiply(backend, x, intoInput, { transposeA: true })
  const previous = backend.output([rows, hidden])
  const count = batch * hidden
  copyFloats(backend, { tensor: inputs.h0! }, { tensor: previous }, count)
  const behind = { tensor: previous, at: count }
  copyFloats(backend, { tensor: inputs.y! }, behind, (time - 1) * count)
  const dwHh = multiply(backend, previous, intoHidden, { transposeA: true })
  backend.disposeData(previous.dataId)
  const dbIh = columnSums(backend, intoInput, rows, width)
  const dbHh = dInputs === dGates ? [] : [columnSums(backend, intoHidden, rows, width)]
  return { dx: shaped(dx, time, batch, features), dwIh, dwHh, biases: [dbIh, ...dbHh] }
}

/** Zeros in these shapes: what comes of a batch of no rows. */
const nothing = ({ backend }: Layer, ...shapes: number[][]): TensorInfo[] =>
  shapes.map(shape =>
    backend.makeTensorInfo(
      shape,
      'float32',
      new Float32Array(shape.reduce((size, n) => size * n, 1)),
    ),
  )

/** The gradients of a batch of no rows. */
function noGradients(layer: Layer, states: number, biases: number): TensorInfo[] {
  const { inputs, time, features, hidden, width } = layer
  return nothing(
    layer,
    [time, 0, features],
    ...Array(states).fill([0, hidden]),
    ...[inputs.wIh!.shape, inputs.wHh!.shape],
    ...Array(biases).fill([width]),
  )
}

function rnn(call: KernelCall): TensorInfo[] {
  const layer = layerOf('DlRnn', call, 1)
  const { inputs, time, batch, hidden, biases } = layer
  if (batch === 0) return nothing(layer, [time, 0, hidden], [0, hidden])
  const relu = call.attrs.nonlinearity === 'relu'
  const y = shaped(project(layer), time, batch, hidden)
  overTime(layer, `rnn ${relu} ${biases}`, steps.rnnStep(biases, relu), {
    ...pick(inputs, ['wHh', ...biases, 'h0']),
    y: written(y),
  })
  return [y, last(layer, y)]
}

function rnnGrad(call: KernelCall): TensorInfo[] {
  const layer = layerOf('DlRnnGrad', call, 1)
  const { backend, inputs, time, batch, width } = layer
  if (batch === 0) return noGradients(layer, 1, 1)
  const relu = call.attrs.nonlinearity === 'relu'
  const [hasDy, hasDh] = [inputs.dy !== undefined, inputs.dhN !== undefined]
  const dGates = backend.output([time, batch, width])
  overTime(
    layer,
    `rnnBack ${relu} ${hasDy} ${hasDh}`,
    steps.rnnStepBack(relu, hasDy, hasDh),
    { ...pick(inputs, ['wHh', 'y', 'dy', 'dhN']), dGates: written(dGates) },
    'backward',
  )
  const dh0 = initialGradient(layer, dGates)
  const { dx, dwIh, dwHh, biases } = weightGradients(layer, dGates, dGates)
  backend.disposeData(dGates.dataId)
  return [dx, dh0, dwIh, dwHh, ...biases]
}

function gru(call: KernelCall): TensorInfo[] {
  const layer = layerOf('DlGru', call, 3)
  const { backend, inputs, time, batch, hidden, biases } = layer
  const shapes = [
    [time, batch, hidden],
    [batch, hidden],
    [time, batch, 4 * hidden],
  ]
  if (batch === 0) return nothing(layer, ...shapes)
  const [y, cache] = [backend.output(shapes[0]!), backend.output(shapes[2]!)]
  const projected = project(layer)
  const [hasInput, hasHidden] = [biases.includes('bIh'), biases.includes('bHh')]
  overTime(layer, `gru ${biases}`, steps.gruStep(hasInput, hasHidden), {
    ...pick(inputs, ['wHh', ...biases, 'h0']),
    ...{ inputs: projected, y: written(y), cache: written(cache) },
  })
  backend.disposeData(projected.dataId)
  return [y, last(layer, y), cache]
}

function gruGrad(call: KernelCall): TensorInfo[] {
  const layer = layerOf('DlGruGrad', call, 3)
  const { backend, inputs, time, batch, width } = layer
  if (batch === 0) return noGradients(layer, 1, 2)
  const hasDy = inputs.dy !== undefined
  const [dInputs, dGates] = [1, 2].map(() => backend.output([time, batch, width]))
  const kept = stateFrom(layer, inputs.dhN)
  overTime(
    layer,
    `gruBack ${hasDy}`,
    steps.gruStepBack(hasDy),
    {
      ...pick(inputs, ['wHh', 'h0', 'y', 'cache', 'dy']),
      ...{ dInputs: written(dInputs!), dGates: written(dGates!), kept: written(kept) },
    },
    'backward',
  )
  const dh0 = initialGradient(layer, dGates!, kept)
  const { dx, dwIh, dwHh, biases } = weightGradients(layer, dInputs!, dGates!)
  for (const { dataId } of [dInputs!, dGates!, kept]) backend.disposeData(dataId)
  return [dx, dh0, dwIh, dwHh, ...biases]
}

function lstm(call: KernelCall): TensorInfo[] {
  const layer = layerOf('DlLstm', call, 4)
  const { backend, inputs, time, batch, hidden, width, biases } = layer
  const [sequence, state] = [
    [time, batch, hidden],
    [batch, hidden],
  ]
  if (batch === 0) return nothing(layer, sequence, state, state, [time, 0, width], sequence)
  const gates = shaped(project(layer), time, batch, width)
  const [y, cells] = [backend.output(sequence), backend.output(sequence)]
  overTime(layer, `lstm ${biases}`, steps.lstmStep(biases), {
    ...pick(inputs, ['wHh', ...biases, 'h0', 'c0']),
    ...{ gates: written(gates), cells: written(cells), y: written(y) },
  })
  return [y, last(layer, y), last(layer, cells), gates, cells]
}

function lstmGrad(call: KernelCall): TensorInfo[] {
  const layer = layerOf('DlLstmGrad', call, 4)
  const { backend, inputs, time, batch, width } = layer
  if (batch === 0) return noGradients(layer, 2, 1)
  const [hasDy, hasDh] = [inputs.dy !== undefined, inputs.dhN !== undefined]
  const dGates = backend.output([time, batch, width])
  const dc = stateFrom(layer, inputs.dcN)
  overTime(
    layer,
    `lstmBack ${hasDy} ${hasDh}`,
    steps.lstmStepBack(hasDy, hasDh),
    {
      ...pick(inputs, ['wHh', 'c0', 'gates', 'cells', 'dy', 'dhN']),
      ...{ dGates: written(dGates), dc: written(dc) },
    },
    'backward',
  )
  const dh0 = initialGradient(layer, dGates)
  const { dx, dwIh, dwHh, biases } = weightGradients(layer, dGates, dGates)
  backend.disposeData(dGates.dataId)
  return [dx, dh0, dc, dwIh, dwHh, ...biases]
}

export const recurrentKernels: Kernel[] = [
  { name: 'DlRnn', run: rnn },
  { name: 'DlRnnGrad', run: rnnGrad },
  { name: 'DlGru', run: gru },
  { name: 'DlGruGrad', run: gruGrad },
  { name: 'DlLstm', run: lstm },
  { name: 'DlLstmGrad', run: lstmGrad },
]
