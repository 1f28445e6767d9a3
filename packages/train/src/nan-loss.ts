import { DlError, showShape } from '@dl/core'
import type { LayerOptimizer } from '@dl/optim'
import type { Fault } from './fault'
import { nameOf } from './nothing-learns'
import type { Run } from './run'

/** Says where a loss or gradient that is no number came about, and whether the weights were broken before. */
export async function nanLoss(
  run: Run,
  lo: LayerOptimizer,
  fault: Fault,
  model: object,
): Promise<DlError> {
  const { batch, epoch, lr } = run
  const broken = await brokenWeight(lo)
  const where = `batch ${batch} in epoch ${epoch}`
  return new DlError(fault.what === 'gradient' ? 'nan-gradient' : 'nan-loss', {
    problem: problemOf(fault, where, lr, model),
    expected: fault.what === 'gradient' ? 'finite numbers' : 'a finite number',
    fix: broken
      ? `A weight of shape ${broken} holds NaN or infinities: load or make the weights anew, and look for a division by 0, a log or a square root of 0.`
      : `The weights are those of the batch before. ${ADVICE[fault.what]}; skipNaN: true goes on without such batches.`,
  })
}

const ADVICE = {
  loss: 'Try a lower lr or gradient clipping (clip: 0.25), and look for NaN in the data',
  'transformed loss': 'Look at what transformLoss adds',
  gradient:
    'Look for a square root, a norm, a power or a log at 0, a division by 0, or numbers beyond 3e38',
} as const

function problemOf(
  { what, loss, value, parameter }: Fault,
  where: string,
  lr: number,
  model: object,
): string {
  if (what === 'loss') return `the loss of ${where} is ${value} (lr ${lr})`
  if (what === 'transformed loss') {
    return `the loss of ${where}, ${loss}, is ${value} after transformLoss (lr ${lr})`
  }
  return `the gradient of ${nameOf(model, parameter!)} is not finite in ${where}, whose loss is ${loss} (lr ${lr})`
}

async function brokenWeight(lo: LayerOptimizer): Promise<string | null> {
  for (const { value, shape } of lo.parameters) {
    if (!(await value.data()).every(Number.isFinite)) return showShape(shape)
  }
  return null
}
