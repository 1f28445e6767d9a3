/** Cross-entropies (contracts: @dl/core's `crossEntropy`, `binaryCrossEntropy`). */
import { DlError } from '@dl/core'
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { FLOATS_WORTH_CUTTING, type Kernel, type KernelCall } from '../kernel'
import { reduceOver } from './reduce'

/** Rows that are worth handing to another thread; an exponential costs more than a copy. */
const grain = (classes: number) => Math.ceil(FLOATS_WORTH_CUTTING / 4 / Math.max(1, classes))

function sizes(call: KernelCall): [rows: number, classes: number] {
  const [rows = 0, classes = 0] = call.input('logits').shape
  call.expectShape('logits', [rows, classes])
  call.expectShape('labels', [rows], 'int32')
  return [rows, classes]
}

function crossEntropy(call: KernelCall): TensorInfo[] {
  const [rows, classes] = sizes(call)
  const { reduction, ignoreIndex } = call.attrs
  const { wasm } = call
  const logits = call.float(call.input('logits'))
  const labels = call.int(call.input('labels'))
  const loss = call.output(reduction === 'none' ? [rows] : [])
  const saved = [call.output([rows]), call.output([rows])]
  const losses = reduction === 'none' ? call.float(loss) : call.scratch(rows)
  const bad = wasm.firstBadId(labels, rows, classes, ignoreIndex)
  if (bad >= 0) {
    const label = call.backend.linear.ints(labels, rows)[bad]
    throw new DlError('bad-label', {
      problem: `the label of row ${bad} is ${label}`,
      expected: `a class from 0 to ${classes - 1}, or the ignored index ${ignoreIndex}`,
      fix: 'Check that the model has as many outputs as there are classes.',
    })
  }
  const places = [logits, labels, losses, ...saved.map(out => call.float(out))]
  call.split('crossEntropy', rows, grain(classes), ...places, classes, ignoreIndex)
  if (reduction !== 'none') {
    const counted = reduction === 'mean' ? wasm.countLabels(labels, rows, ignoreIndex) : 1
    reduceOver(call, 'sum', losses, call.float(loss), 1, rows, 1, counted)
  }
  return [loss, ...saved]
}

function crossEntropyGrad(call: KernelCall): TensorInfo {
  const [rows, classes] = sizes(call)
  const { reduction, ignoreIndex } = call.attrs
  const { wasm } = call
  const each = reduction === 'none'
  for (const name of ['peak', 'others']) call.expectShape(name, [rows])
  call.expectShape('dy', each ? [rows] : [])
  const logits = call.float(call.input('logits'))
  const labels = call.int(call.input('labels'))
  const [peak, others] = [call.float(call.input('peak')), call.float(call.input('others'))]
  const dy = call.float(call.input('dy'))
  const counted = reduction === 'mean' ? wasm.countLabels(labels, rows, ignoreIndex) : 1
  const out = call.output([rows, classes])
  const to = call.float(out)
  const [all, ignored] = [each ? 1 : 0, ignoreIndex]
  const args = [logits, labels, peak, others, dy, all, counted, to, classes, ignored]
  call.split('crossEntropyGrad', rows, grain(classes), ...args)
  return out
}

function binaryCrossEntropy(call: KernelCall): TensorInfo {
  return overLogits(call, 'binaryCrossEntropy', ['targets'])
}

function binaryCrossEntropyGrad(call: KernelCall): TensorInfo {
  return overLogits(call, 'binaryCrossEntropyGrad', ['targets', 'dy'])
}

/** One output for each logit and what goes with it. */
function overLogits(
  call: KernelCall,
  kernel: 'binaryCrossEntropy' | 'binaryCrossEntropyGrad',
  names: string[],
): TensorInfo {
  const { shape } = call.input('logits')
  for (const name of names) call.expectShape(name, shape)
  const places = ['logits', ...names].map(name => call.float(call.input(name)))
  const out = call.output(shape)
  const size = util.sizeFromShape(shape)
  call.split(kernel, size, FLOATS_WORTH_CUTTING / 4, ...places, call.float(out))
  return out
}

export const lossKernels: Kernel[] = [
  { name: 'DlBinaryCrossEntropy', run: binaryCrossEntropy },
  { name: 'DlBinaryCrossEntropyGrad', run: binaryCrossEntropyGrad },
  { name: 'DlCrossEntropy', run: crossEntropy },
  { name: 'DlCrossEntropyGrad', run: crossEntropyGrad },
]
