/** What the engine writes operations down on while `valueAndGrads` records. */
import { clone, expm1, keep, mul, neg, type Tensor } from '@tensorflow/tfjs-core'
import type { TapeNode } from '@tensorflow/tfjs-core/dist/tape'
import { noGrad } from './off-tape'

/**
 * tf.logSigmoid looks back at its input, which it has not saved, and which is gone when this tape is
 * walked. Its result is enough: the slope is 1 − exp(y).
 */
function saveResult(node: TapeNode): void {
  const y = keep(noGrad(() => clone(node.outputs[0]!)))
  node.saved = [y]
  node.gradient = ([dy]) => ({ 0: () => neg(mul(dy as Tensor, expm1(y))) })
}

export function newTape(): TapeNode[] {
  const tape: TapeNode[] = []
  tape.push = (...nodes) => {
    for (const node of nodes) if (node.kernelName === 'logSigmoid__op') saveResult(node)
    return Array.prototype.push.apply(tape, nodes)
  }
  return tape
}
