import { files, saveTensors } from '@dl/data'
import type { Tensor } from '@tensorflow/tfjs-core'

/** What can be saved. The tensors are the caller's to dispose, as with a Module's `stateDict`. */
export interface Saveable {
  stateDict(): Record<string, Tensor> | Promise<Record<string, Tensor>>
}

/** Writes a model's tensors, all or nothing. safetensors keeps metadata as text only. */
export async function saveModel(
  path: string,
  model: Saveable,
  metadata: Readonly<Record<string, string | number>>,
): Promise<void> {
  const tensors = await model.stateDict()
  const text = Object.entries(metadata).map(([key, value]) => [key, String(value)] as const)
  try {
    await saveTensors(path, tensors, Object.fromEntries(text))
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose()
  }
}

/** A run that begins where another left files replaces them, and may be the worse one. */
export async function warnOfOld(owner: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (!(await files.exists(path))) continue
    console.warn(
      `@dl/callbacks: ${path} is there from another run, and ${owner} will replace it. Give each run a folder of its own to keep both.`,
    )
    return
  }
}
