/** A net while it is traced: which part is running, and what must be as before afterwards. */
import { type Buffer, detach } from '@dl/core'
import type { AnyModule } from '@dl/layers'

/**
 * Runs `f` with the model as it predicts. Modes, carried states and everything else are as before
 * when it is done.
 *
 * @param f gets a function that tells the path of the module that is running
 */
export async function whileTraced<T>(
  model: AnyModule,
  f: (currentModule: () => string) => Promise<T>,
): Promise<T> {
  const modules = [...model.namedModules()]
  const modes = modules.map(([, { training }]) => training)
  const carried = carriedBuffers(model).map(([, buffer]) => ({ buffer, was: detach(buffer.value) }))
  const running: string[] = []
  const release = modules.map(([path, module]) => announced(module, path, running))
  try {
    model.eval()
    return await f(() => running.at(-1) ?? '')
  } finally {
    for (const undo of release) undo()
    modules.forEach(([, module], i) => {
      module.training = modes[i]!
    })
    for (const { buffer, was } of carried) {
      buffer.write(was)
      was.dispose()
    }
  }
}

/** The states that layers carry from call to call, by path. */
export const carriedBuffers = (model: AnyModule): [string, Buffer][] =>
  [...model.namedBuffers()].filter(([, buffer]) => buffer.carried)

/** Puts the module's path on `running` while its forward runs, until what is returned is called. */
function announced(module: AnyModule, path: string, running: string[]): () => void {
  const isOwn = Object.hasOwn(module, 'forward')
  const { forward } = module
  module.forward = (...inputs: unknown[]) => {
    running.push(path)
    try {
      return forward.apply(module, inputs)
    } finally {
      running.pop()
    }
  }
  return () => {
    if (isOwn) module.forward = forward
    else delete (module as { forward?: unknown }).forward
  }
}
