import { DlError, showShape } from '@dl/core'
import type { LayerOptimizer } from '@dl/optim'
import type { Run } from './run'

/** Says where a loss that is no number came about, and whether the weights were broken before. */
export async function nanLoss(run: Run, lo: LayerOptimizer): Promise<DlError> {
  const { batch, epoch, loss, lr } = run
  const broken = await brokenWeight(lo)
  const where = `batch ${batch} in epoch ${epoch}`
  const problem = Number.isFinite(loss)
    ? `the loss of ${where}, ${loss}, is not finite after transformLoss (lr ${lr})`
    : `the loss of ${where} is ${loss} (lr ${lr})`
  return new DlError('nan-loss', {
    problem,
    expected: 'a finite number',
    fix: broken
      ? `A weight of shape ${broken} holds NaN or infinities since an earlier step, whose gradients were not finite: load or make the weights anew, and look for a division by 0, a log or a square root of 0.`
      : 'The weights are those of the batch before. Try a lower lr or gradient clipping (clip: 0.25), and look for NaN in the data; skipNaN: true goes on without such batches.',
  })
}

async function brokenWeight(lo: LayerOptimizer): Promise<string | null> {
  for (const { value, shape } of lo.parameters) {
    if (!(await value.data()).every(Number.isFinite)) return showShape(shape)
  }
  return null
}
