/** What the engine writes operations down on while `valueAndGrads` records. */
import { clone, engine, expm1, keep, mul, neg, type Tensor } from '@tensorflow/tfjs-core'
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

/**
 * What operations save for their gradients is on the tape once they are done. One that fails on its
 * way, for lack of memory say, has saved it nowhere.
 */
export function watchSaves(): { made: readonly Tensor[]; stop(): void } {
  const tfjs = engine()
  const { keep } = tfjs
  const made: Tensor[] = []
  tfjs.keep = tensor => {
    // the rest is kept by the function itself, whose it stays
    if (tfjs.state.kernelDepth > 0) made.push(tensor)
    return keep.call(tfjs, tensor) as typeof tensor
  }
  return {
    made,
    stop() {
      tfjs.keep = keep
    },
  }
}
