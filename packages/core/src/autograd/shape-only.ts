/**
 * Many of tfjs's gradients save whole inputs only to read their shapes, which costs a kernel each
 * and keeps the data alive until the backward pass. While `valueAndGrads` records, these save
 * nothing: the shapes are read off the tape's own inputs. Under `tf.grad` they work as before.
 */
import { type GradConfig, getGradient, registerGradient, type Tensor } from '@tensorflow/tfjs-core'
import { walkState } from './walk-state'

const SHAPE_ONLY = 'Add Sub AddN Reshape ExpandDims Concat Pack PadV2'.split(' ')

export function saveShapesOnly(): void {
  for (const kernelName of SHAPE_ONLY) registerGradient(withoutSaving(getGradient(kernelName)))
}

function withoutSaving(original: GradConfig): GradConfig {
  return {
    kernelName: original.kernelName,
    get inputsToSave() {
      return walkState.recording ? [] : original.inputsToSave
    },
    get saveAllInputs() {
      return walkState.recording ? false : original.saveAllInputs
    },
    gradFunc(dy, saved, attrs) {
      return original.gradFunc(dy, saved.length > 0 ? saved : shapesOf(original), attrs)
    },
  } as GradConfig
}

function shapesOf({ inputsToSave, saveAllInputs }: GradConfig): Tensor[] {
  const inputs = walkState.inputs!
  return saveAllInputs ? Object.values(inputs) : inputsToSave!.map(name => inputs[name]!)
}
