/** Cross-entropy with integer labels (contract: @dl/core's `crossEntropy`). */
import { DlError } from '@dl/core'
import type { TensorInfo } from '@tensorflow/tfjs-core'
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
  const logSumExp = call.output([rows])
  const losses = reduction === 'none' ? call.float(loss) : call.scratch(rows)
  const lse = call.float(logSumExp)
  const bad = wasm.firstBadId(labels, rows, classes, ignoreIndex)
  if (bad >= 0) {
    const label = call.backend.linear.ints(labels, rows)[bad]
    throw new DlError('bad-label', {
      problem: `the label of row ${bad} is ${label}`,
      expected: `a class from 0 to ${classes - 1}, or the ignored index ${ignoreIndex}`,
      fix: 'Check that the model has as many outputs as there are classes.',
    })
  }
  call.split(
    'crossEntropy',
    rows,
    grain(classes),
    logits,
    labels,
    losses,
    lse,
    classes,
    ignoreIndex,
  )
  if (reduction !== 'none') {
    const counted = reduction === 'mean' ? wasm.countLabels(labels, rows, ignoreIndex) : 1
    reduceOver(call, 'sum', losses, call.float(loss), 1, rows, 1, counted)
  }
  return [loss, logSumExp]
}

function crossEntropyGrad(call: KernelCall): TensorInfo {
  const [rows, classes] = sizes(call)
  const { reduction, ignoreIndex } = call.attrs
  const { wasm } = call
  const each = reduction === 'none'
  call.expectShape('logSumExp', [rows])
  call.expectShape('dy', each ? [rows] : [])
  const logits = call.float(call.input('logits'))
  const labels = call.int(call.input('labels'))
  const lse = call.float(call.input('logSumExp'))
  const dy = call.float(call.input('dy'))
  const counted = reduction === 'mean' ? wasm.countLabels(labels, rows, ignoreIndex) : 1
  const out = call.output([rows, classes])
  const to = call.float(out)
  const [all, ignored] = [each ? 1 : 0, ignoreIndex]
  const args = [logits, labels, lse, dy, all, counted, to, classes, ignored]
  call.split('crossEntropyGrad', rows, grain(classes), ...args)
  return out
}

export const lossKernels: Kernel[] = [
  { name: 'DlCrossEntropy', run: crossEntropy },
  { name: 'DlCrossEntropyGrad', run: crossEntropyGrad },
]
