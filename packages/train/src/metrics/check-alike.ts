import { DlError, showShape } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkTensors } from './rows-of'

/**
 * Comparing would broadcast, and count pairs that do not belong together.
 *
 * @throws DlError `shape-mismatch` naming both shapes
 */
export function checkAlike(
  name: string,
  output: Tensor,
  target: Tensor,
  expected: string,
  fix: string,
): void {
  checkTensors(name, { outputs: output, targets: target })
  const [ours, theirs] = [showShape(output.shape), showShape(target.shape)]
  if (ours === theirs) return
  throw new DlError('shape-mismatch', {
    problem: `${name} got outputs of shape ${ours} and targets of ${theirs}`,
    expected,
    fix,
  })
}
