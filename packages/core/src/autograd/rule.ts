/** How the gradient of an operation is written down here. */
import { engine, type GradConfig, type Tensor } from '@tensorflow/tfjs-core'
import { walkState } from './walk-state'

interface Rule<Attrs> {
  /** Names of the inputs whose values it needs. */
  saves?: string[]
  /**
   * Names of the inputs of which the shapes are enough. Saving one costs a kernel and keeps its data
   * alive, so they are read off the tape where `valueAndGrads` walks it.
   */
  shapes?: string[]
  /** Which outputs it needs. */
  outputs?: boolean[]
  /**
   * A closure per input. `dy` is an array where there are several outputs; `saved` are the inputs of
   * `saves`, those of `shapes`, and the outputs.
   */
  grads(dy: Tensor, saved: Tensor[], attrs: Attrs): Record<string, () => Tensor>
}

export function rule<Attrs>(kernelName: string, rule: Rule<Attrs>): GradConfig {
  const { saves = [], shapes = [], outputs = [], grads } = rule
  return {
    kernelName,
    get inputsToSave() {
      return walkState.recording ? saves : [...saves, ...shapes]
    },
    outputsToSave: outputs,
    gradFunc(dy, saved, attrs) {
      const { inputs } = walkState
      const all = inputs
        ? saved.toSpliced(saves.length, 0, ...shapes.map(name => inputs[name]!))
        : saved
      return grads(dy as Tensor, all, attrs as Attrs)
    },
  }
}

/** Runs a kernel of one output. */
export const run = <T extends Tensor>(kernel: string, inputs: object, attrs: object): T =>
  engine().runKernel(kernel, inputs as never, attrs as never) as T
