/**
 * Whole-sequence recurrent layers (contracts: @dl/core's `rnn`, `gru`, `lstm`). Forward: one product
 * for the input projections of all time steps, then per step one product with recurrent weights
 * packed once and one pointwise pass. Backward: the steps in reverse, then each weight gradient as
 * one product over time and batch.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { gemmScratch, multiply, multiplyPacked, pack, rows, transposed } from '../gemm'
import type { Kernel, KernelCall } from '../kernel'
import { repeatRow } from './layout'
import { reduceOver } from './reduce'

/** Sizes of a call and where its weights are; `width` is H times the number of gates. */
interface Layer {
  time: number
  batch: number
  inputs: number
  hidden: number
  width: number
  wIh: number
  wHh: number
}

function layerOf(call: KernelCall, gates: number): Layer {
  const [time = 0, batch = 0, inputs = 0] = call.input('x').shape
  const hidden = call.input('h0').shape[1] ?? 0
  const width = gates * hidden
  call.expectShape('x', [time, batch, inputs])
  call.expectShape('h0', [batch, hidden])
  call.expectShape('wIh', [inputs, width])
  call.expectShape('wHh', [hidden, width])
  for (const bias of ['bIh', 'bHh']) if (call.inputs[bias]) call.expectShape(bias, [width])
  const [wIh, wHh] = [call.float(call.input('wIh')), call.float(call.input('wHh'))]
  return { time, batch, inputs, hidden, width, wIh, wHh }
}

/** to[count] = from, or zeros where that is absent (0). */
const copyOrZero = (call: KernelCall, from: number, to: number, count: number) =>
  repeatRow(call, from, 0, to, 1, count)

/** Elements of a gate's arithmetic that are worth handing to another thread. */
const GATES_WORTH_CUTTING = 1024
const grain = ({ hidden }: Layer) => Math.ceil(GATES_WORTH_CUTTING / Math.max(1, hidden))

/** x·wIh + biases for all time steps into `to` [T·B, width]. */
function project(call: KernelCall, layer: Layer, to: number, biases: number[]): void {
  const { time, batch, inputs, width, wIh } = layer
  const [first = 0, second = 0] = biases.filter(pointer => pointer !== 0)
  const m = time * batch
  repeatRow(call, first, second, to, m, width)
  const a = rows(call.float(call.input('x')), inputs)
  multiply(call, rows(wIh, width), {
    a,
    c: to,
    ldc: width,
    m,
    n: width,
    k: inputs,
    accumulate: true,
  })
}

/** A function that adds h·wHh to `to` [B, width]. */
function recurrence(call: KernelCall, layer: Layer): (h: number, to: number) => void {
  const { batch, hidden, width, wHh } = layer
  const packed = pack(call, rows(wHh, width), hidden, width)
  const scratch = gemmScratch(call)
  return (h, to) =>
    multiplyPacked(call, packed, scratch, {
      ...{ a: rows(h, hidden), c: to, ldc: width, m: batch, n: width, k: hidden, accumulate: true },
    })
}

/** A function that writes or adds dgates·wHhᵀ to `dh` [B, H]. */
function backwards(
  call: KernelCall,
  layer: Layer,
  accumulate: boolean,
): (dgates: number, dh: number) => void {
  const { batch, hidden, width, wHh } = layer
  const packed = pack(call, transposed(wHh, width), width, hidden)
  const scratch = gemmScratch(call)
  return (dgates, dh) =>
    multiplyPacked(call, packed, scratch, {
      ...{ a: rows(dgates, width), c: dh, ldc: hidden, m: batch, n: hidden, k: width, accumulate },
    })
}

/** The state before each step: `initial` before the first, the row of `all` [T, B, H] before t else. */
function before({ batch, hidden }: Layer, initial: number, all: number): (t: number) => number {
  return t => (t === 0 ? initial : all + (t - 1) * batch * hidden * 4)
}

/** dx, dwIh, dwHh and bias gradients from the gates' gradients dgi (input side) and dgh (recurrent side). */
function weightGradients(
  call: KernelCall,
  layer: Layer,
  dgi: number,
  dgh: number,
): { dx: TensorInfo; dwIh: TensorInfo; dwHh: TensorInfo; biases: TensorInfo[] } {
  const { time, batch, inputs, hidden, width, wIh } = layer
  const steps = time * batch
  const dx = call.output([time, batch, inputs])
  multiply(call, transposed(wIh, width), {
    ...{ a: rows(dgi, width), c: call.float(dx), ldc: inputs, m: steps, n: inputs, k: width },
  })
  const previous = call.scratch(steps * hidden)
  if (time > 0) {
    const step = batch * hidden
    copyOrZero(call, call.float(call.input('h0')), previous, step)
    copyOrZero(call, call.float(call.input('y')), previous + step * 4, (time - 1) * step)
  }
  const [dwIh, dwHh] = [call.output([inputs, width]), call.output([hidden, width])]
  const gradient = (a: number, m: number, to: TensorInfo) => ({
    ...{ a: transposed(a, m), c: call.float(to), ldc: width, m, n: width, k: steps },
  })
  const ofInputs = gradient(call.float(call.input('x')), inputs, dwIh)
  const ofStates = gradient(previous, hidden, dwHh)
  if (dgi === dgh) multiply(call, rows(dgi, width), ofInputs, ofStates)
  else {
    multiply(call, rows(dgi, width), ofInputs)
    multiply(call, rows(dgh, width), ofStates)
  }
  const biases = (dgi === dgh ? [dgi] : [dgi, dgh]).map(gradient => {
    const db = call.output([width])
    reduceOver(call, 'sum', gradient, call.float(db), 1, steps, width)
    return db
  })
  return { dx, dwIh, dwHh, biases }
}

/** The last state as a tensor of its own. */
function last(call: KernelCall, { time, batch, hidden }: Layer, initial: number, all: number) {
  const out = call.output([batch, hidden])
  const count = batch * hidden
  copyOrZero(call, time === 0 ? initial : all + (time - 1) * count * 4, call.float(out), count)
  return out
}

/** Checks and locates what a backward kernel reads besides the weights. */
function incoming(call: KernelCall, { time, batch, hidden }: Layer) {
  call.expectShape('y', [time, batch, hidden])
  if (call.inputs.dy) call.expectShape('dy', [time, batch, hidden])
  for (const name of ['dhN', 'dcN']) if (call.inputs[name]) call.expectShape(name, [batch, hidden])
  const dy = call.optional('dy')
  return { dyAt: (t: number) => (dy === 0 ? 0 : dy + t * batch * hidden * 4) }
}

function rnn(call: KernelCall): TensorInfo[] {
  const layer = layerOf(call, 1)
  const { time, batch, hidden } = layer
  const relu = call.attrs.nonlinearity === 'relu' ? 1 : 0
  const h0 = call.float(call.input('h0'))
  const out = call.output([time, batch, hidden])
  const y = call.float(out)
  project(call, layer, y, [call.optional('bIh'), call.optional('bHh')])
  const addRecurrent = recurrence(call, layer)
  const h = before(layer, h0, y)
  const count = batch * hidden
  for (let t = 0; t < time; t++) {
    const to = y + t * count * 4
    addRecurrent(h(t), to)
    call.split('rnnStep', count, GATES_WORTH_CUTTING, to, relu)
  }
  return [out, last(call, layer, h0, y)]
}

function rnnGrad(call: KernelCall): TensorInfo[] {
  const layer = layerOf(call, 1)
  const { time, batch, hidden } = layer
  const { dyAt } = incoming(call, layer)
  const relu = call.attrs.nonlinearity === 'relu' ? 1 : 0
  const y = call.float(call.input('y'))
  const count = batch * hidden
  const dh0 = call.output([batch, hidden])
  const dh = call.float(dh0)
  copyOrZero(call, call.optional('dhN'), dh, count)
  const gradient = call.scratch(time * count)
  const toPrevious = backwards(call, layer, false)
  for (let t = time - 1; t >= 0; t--) {
    const at = t * count * 4
    const places = [y + at, dyAt(t), dh, gradient + at]
    call.split('rnnStepGrad', count, GATES_WORTH_CUTTING, ...places, relu)
    toPrevious(gradient + at, dh)
  }
  const { dx, dwIh, dwHh, biases } = weightGradients(call, layer, gradient, gradient)
  return [dx, dh0, dwIh, dwHh, ...biases]
}

function gru(call: KernelCall): TensorInfo[] {
  const layer = layerOf(call, 3)
  const { time, batch, hidden, width } = layer
  const h0 = call.float(call.input('h0'))
  const out = call.output([time, batch, hidden])
  const y = call.float(out)
  const cache = call.output([time, batch, 4 * hidden])
  const gi = call.scratch(time * batch * width)
  const gh = call.scratch(batch * width)
  project(call, layer, gi, [call.optional('bIh')])
  const bias = call.optional('bHh')
  const addRecurrent = recurrence(call, layer)
  const h = before(layer, h0, y)
  for (let t = 0; t < time; t++) {
    const row = t * batch * 4
    repeatRow(call, bias, 0, gh, batch, width)
    addRecurrent(h(t), gh)
    const cacheAt = call.float(cache) + row * 4 * hidden
    const places = [gi + row * width, gh, h(t), cacheAt, y + row * hidden]
    call.split('gruStep', batch, grain(layer), ...places, hidden)
  }
  return [out, last(call, layer, h0, y), cache]
}

function gruGrad(call: KernelCall): TensorInfo[] {
  const layer = layerOf(call, 3)
  const { time, batch, hidden, width } = layer
  const { dyAt } = incoming(call, layer)
  call.expectShape('cache', [time, batch, 4 * hidden])
  const cache = call.float(call.input('cache'))
  const h = before(layer, call.float(call.input('h0')), call.float(call.input('y')))
  const dh0 = call.output([batch, hidden])
  const dh = call.float(dh0)
  copyOrZero(call, call.optional('dhN'), dh, batch * hidden)
  const dgi = call.scratch(time * batch * width)
  const dgh = call.scratch(time * batch * width)
  const toPrevious = backwards(call, layer, true)
  for (let t = time - 1; t >= 0; t--) {
    const row = t * batch * 4
    const [di, dr] = [dgi + row * width, dgh + row * width]
    const places = [cache + row * 4 * hidden, h(t), dyAt(t), dh, di, dr]
    call.split('gruStepGrad', batch, grain(layer), ...places, hidden)
    toPrevious(dr, dh)
  }
  const { dx, dwIh, dwHh, biases } = weightGradients(call, layer, dgi, dgh)
  return [dx, dh0, dwIh, dwHh, ...biases]
}

function lstm(call: KernelCall): TensorInfo[] {
  const layer = layerOf(call, 4)
  const { time, batch, hidden, width } = layer
  call.expectShape('c0', [batch, hidden])
  const [h0, c0] = [call.float(call.input('h0')), call.float(call.input('c0'))]
  const out = call.output([time, batch, hidden])
  const gates = call.output([time, batch, width])
  const cells = call.output([time, batch, hidden])
  const [y, g, c] = [call.float(out), call.float(gates), call.float(cells)]
  project(call, layer, g, [call.optional('bIh'), call.optional('bHh')])
  const addRecurrent = recurrence(call, layer)
  const h = before(layer, h0, y)
  const cell = before(layer, c0, c)
  for (let t = 0; t < time; t++) {
    const row = t * batch * 4
    const gatesAt = g + row * width
    addRecurrent(h(t), gatesAt)
    const places = [gatesAt, cell(t), c + row * hidden, y + row * hidden]
    call.split('lstmStep', batch, grain(layer), ...places, hidden)
  }
  return [out, last(call, layer, h0, y), last(call, layer, c0, c), gates, cells]
}

function lstmGrad(call: KernelCall): TensorInfo[] {
  const layer = layerOf(call, 4)
  const { time, batch, hidden, width } = layer
  const { dyAt } = incoming(call, layer)
  call.expectShape('c0', [batch, hidden])
  call.expectShape('gates', [time, batch, width])
  call.expectShape('cells', [time, batch, hidden])
  const gates = call.float(call.input('gates'))
  const cells = call.float(call.input('cells'))
  const cell = before(layer, call.float(call.input('c0')), cells)
  const [dh0, dc0] = [call.output([batch, hidden]), call.output([batch, hidden])]
  const [dh, dc] = [call.float(dh0), call.float(dc0)]
  copyOrZero(call, call.optional('dhN'), dh, batch * hidden)
  copyOrZero(call, call.optional('dcN'), dc, batch * hidden)
  const dgates = call.scratch(time * batch * width)
  const toPrevious = backwards(call, layer, false)
  for (let t = time - 1; t >= 0; t--) {
    const row = t * batch * 4
    const [g, c, to] = [gates + row * width, cells + row * hidden, dgates + row * width]
    const places = [g, cell(t), c, dyAt(t), dh, dc, to]
    call.split('lstmStepGrad', batch, grain(layer), ...places, hidden)
    toPrevious(to, dh)
  }
  const { dx, dwIh, dwHh, biases } = weightGradients(call, layer, dgates, dgates)
  return [dx, dh0, dc0, dwIh, dwHh, ...biases]
}

export const recurrentKernels: Kernel[] = [
  { name: 'DlRnn', run: rnn },
  { name: 'DlRnnGrad', run: rnnGrad },
  { name: 'DlGru', run: gru },
  { name: 'DlGruGrad', run: gruGrad },
  { name: 'DlLstm', run: lstm },
  { name: 'DlLstmGrad', run: lstmGrad },
]
