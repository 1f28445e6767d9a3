/** Cross-entropies (contracts: @dl/core's `crossEntropy`, `binaryCrossEntropy`). */
import { DlError } from '@dl/core'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import { expectShapes, type Inputs, type Kernel, type KernelCall } from '../kernel'
import { launch, sizeOf } from '../program'
import { groupSum, IS_FINITE, IS_NAN, LOG1P, POWER, rowMaximum } from '../wgsl'

/** Threads for a row of classes, and for all rows. */
const [ROW, ROWS] = [64, 256]

/** The contract's formula, which keeps the digits of losses near 0. */
const LOSSES = `
  ${IS_NAN}
  ${IS_FINITE}
  ${POWER}
  ${LOG1P}
  ${groupSum(ROW)}
  ${rowMaximum(ROW)}
  fn main(row: u32, lane: u32) {
    let label = labels[row];
    let first = row * sizes.classes;
    let top = rowMaximum(lane, first, sizes.classes);
    var rest = 0.;
    for (var c = lane; c < sizes.classes; c += ${ROW}u) {
      if (i32(c) != label) { rest += power(logits[first + c] - top); }
    }
    rest = groupSum(lane, rest);
    if (lane > 0u) { return; }
    peak[row] = top;
    others[row] = select(rest, sizes.nan, isnan(top));
    var loss = sizes.nan;
    if (label >= 0 && label < i32(sizes.classes) && !isnan(top)) {
      let distance = top - logits[first + u32(label)];
      loss = distance + log1p(rest + (power(-distance) - 1.));
    }
    losses[row] = select(loss, 0., label == bitcast<i32>(sizes.ignored));
  }
`

/** The sum of all rows' losses, or their mean: that of no rows is NaN. */
const TOTAL = `
  ${groupSum(ROWS)}
  fn main(group: u32, lane: u32) {
    var total = 0.;
    var rows = 0.;
    for (var row = lane; row < sizes.rows; row += ${ROWS}u) {
      total += losses[row];
      rows += select(1., 0., labels[row] == bitcast<i32>(sizes.ignored));
    }
    total = groupSum(lane, total);
    rows = groupSum(lane, rows);
    if (lane > 0u) { return; }
    if (sizes.isMean == 0u) { loss[0] = total; }
    else if (rows == 0.) { loss[0] = sizes.nan; }
    else { loss[0] = total / rows; }
  }
`

const COUNT = `
  ${groupSum(ROWS)}
  fn main(group: u32, lane: u32) {
    var rows = 0.;
    for (var row = lane; row < sizes.rows; row += ${ROWS}u) {
      rows += select(1., 0., labels[row] == bitcast<i32>(sizes.ignored));
    }
    rows = groupSum(lane, rows);
    if (lane == 0u) { counted[0] = rows; }
  }
`

const SLOPES = `
  ${IS_NAN}
  ${POWER}
  fn main(at: u32) {
    let row = at / sizes.classes;
    let c = i32(at % sizes.classes);
    let label = labels[row];
    if (label == bitcast<i32>(sizes.ignored)) {
      out[at] = 0.;
      return;
    }
    let top = peak[row];
    if (isnan(top)) {
      out[at] = sizes.nan;
      return;
    }
    var total = others[row];
    if (label >= 0 && label < i32(sizes.classes)) {
      total += power(logits[row * sizes.classes + u32(label)] - top);
    }
    let slope = select(power(logits[at] - top), -others[row], c == label);
    out[at] = slope * (dy[row * sizes.each] / counted[0] / total);
  }
`

function sizes(kernel: string, { inputs }: KernelCall): [rows: number, classes: number] {
  const [rows = 0, classes = 0] = inputs.logits!.shape
  expectShapes(kernel, inputs, { logits: [rows, classes] })
  expectShapes(kernel, inputs, { labels: [rows] }, 'int32')
  return [rows, classes]
}

function checkLabels(labels: Int32Array | null, classes: number, ignored: number): void {
  const bad = labels?.findIndex(x => x !== ignored && !(x >= 0 && x < classes)) ?? -1
  if (bad < 0) return
  throw new DlError('bad-label', {
    problem: `the label of row ${bad} is ${labels![bad]}`,
    expected: `a class from 0 to ${classes - 1}, or the ignored index ${ignored}`,
    fix: 'Check that the model has as many outputs as there are classes.',
  })
}

function crossEntropy(call: KernelCall): TensorInfo[] {
  const [rows, classes] = sizes('DlCrossEntropy', call)
  const { backend, attrs } = call
  const { logits, labels } = call.inputs as { logits: TensorInfo; labels: TensorInfo }
  const { reduction, ignoreIndex } = attrs
  checkLabels(backend.integersAtHand(labels), classes, ignoreIndex)
  const [losses, peak, others] = [1, 2, 3].map(() => backend.output([rows]))
  const saved = [peak!, others!]
  launch(backend, {
    key: 'crossEntropy',
    buffers: {
      ...{ logits, labels, losses: { tensor: losses!, writes: true } },
      ...{ peak: { tensor: peak!, writes: true }, others: { tensor: others!, writes: true } },
    },
    sizes: { classes, ignored: ignoreIndex >>> 0 },
    rates: { nan: Number.NaN, infinity: Infinity },
    code: LOSSES,
    count: rows,
    lanes: ROW,
  })
  if (reduction === 'none') return [losses!, ...saved]
  if (rows === 0) {
    const nothing = Float32Array.of(reduction === 'mean' ? Number.NaN : 0)
    backend.disposeData(losses!.dataId)
    return [backend.makeTensorInfo([], 'float32', nothing), ...saved]
  }
  const loss = backend.output([])
  launch(backend, {
    key: 'crossEntropyTotal',
    buffers: { losses: losses!, labels, loss: { tensor: loss, writes: true } },
    sizes: { rows, ignored: ignoreIndex >>> 0, isMean: reduction === 'mean' ? 1 : 0 },
    rates: { nan: Number.NaN },
    code: TOTAL,
    count: 1,
    lanes: ROWS,
  })
  backend.disposeData(losses!.dataId)
  return [loss, ...saved]
}

/** How many rows count, as a tensor; 1 where the loss is no mean. */
function countOf(
  backend: TrainingWebGPU,
  labels: TensorInfo,
  { reduction, ignoreIndex }: KernelCall['attrs'],
): TensorInfo {
  const atHand = backend.integersAtHand(labels)
  if (reduction !== 'mean' || atHand) {
    const count = reduction === 'mean' ? atHand!.filter(x => x !== ignoreIndex).length : 1
    return backend.makeTensorInfo([], 'float32', Float32Array.of(count))
  }
  const counted = backend.output([])
  launch(backend, {
    key: 'crossEntropyCount',
    buffers: { labels, counted: { tensor: counted, writes: true } },
    sizes: { rows: sizeOf(labels), ignored: ignoreIndex >>> 0 },
    code: COUNT,
    count: 1,
    lanes: ROWS,
  })
  return counted
}

function crossEntropyGrad(call: KernelCall): TensorInfo[] {
  const [rows, classes] = sizes('DlCrossEntropyGrad', call)
  const { backend, inputs, attrs } = call
  const each = attrs.reduction === 'none'
  const shapes = { peak: [rows], others: [rows], dy: each ? [rows] : [] }
  expectShapes('DlCrossEntropyGrad', inputs, shapes)
  const { logits, labels, peak, others, dy } = inputs as Record<string, TensorInfo>
  const out = backend.output([rows, classes])
  if (sizeOf(out) === 0) return [out]
  const counted = countOf(backend, labels!, attrs)
  launch(backend, {
    key: 'crossEntropyGrad',
    buffers: {
      ...{ logits: logits!, labels: labels!, peak: peak!, others: others!, dy: dy!, counted },
      out: { tensor: out, writes: true },
    },
    sizes: { classes, ignored: attrs.ignoreIndex >>> 0, each: each ? 1 : 0 },
    rates: { nan: Number.NaN },
    code: SLOPES,
    count: sizeOf(out),
  })
  backend.disposeData(counted.dataId)
  return [out]
}

const BINARY = `
  ${IS_NAN}
  ${POWER}
  ${LOG1P}
  fn main(at: u32) {
    let x = logits[at];
    if (isnan(x)) {
      out[at] = x;
      return;
    }
    let wrong = select(targets[at], 1. - targets[at], x > 0.);
    // an infinite logit on the right side costs nothing, where ∞ · 0 is NaN
    var far = 0.;
    if (wrong != 0.) { far = abs(x) * wrong; }
    out[at] = far + log1p(power(-abs(x)));
  }
`

/** σ(−|x|): σ(x) − t near σ = t = 1 has no digits, but (1 − t) − σ(−x) has. */
const BINARY_SLOPES = `
  ${IS_NAN}
  ${POWER}
  fn main(at: u32) {
    let x = logits[at];
    let t = targets[at];
    if (isnan(x)) {
      out[at] = x;
      return;
    }
    let odds = power(-abs(x));
    let small = odds / (odds + 1.);
    out[at] = select(small - t, (1. - t) - small, x > 0.) * dy[at];
  }
`

/** One output for each logit and what goes with it. */
const overLogits =
  (kernel: string, names: string[], code: string) =>
  ({ backend, inputs }: KernelCall): TensorInfo => {
    const { shape } = inputs.logits!
    expectShapes(kernel, inputs, Object.fromEntries(names.map(name => [name, shape])))
    const out = backend.output(shape)
    const read: Inputs = Object.fromEntries(names.map(name => [name, inputs[name]!]))
    const buffers = { ...read, out: { tensor: out, writes: true } }
    launch(backend, { key: kernel, buffers, code, count: sizeOf(out) })
    return out
  }

export const lossKernels: Kernel[] = [
  { name: 'DlCrossEntropy', run: crossEntropy },
  { name: 'DlCrossEntropyGrad', run: crossEntropyGrad },
  {
    name: 'DlBinaryCrossEntropy',
    run: overLogits('DlBinaryCrossEntropy', ['logits', 'targets'], BINARY),
  },
  {
    name: 'DlBinaryCrossEntropyGrad',
    run: overLogits('DlBinaryCrossEntropyGrad', ['logits', 'targets', 'dy'], BINARY_SLOPES),
  },
]
