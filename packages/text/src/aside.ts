/**
 * A model's carried state and mode belong to whoever trains it. A text in the making has a state of
 * its own, which is in the model only while the model is called.
 */
import { type Buffer, detach, setAside } from '@dl/core'
import type { Module } from '@dl/layers'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'

/** A stream of calls to a model, apart from all others. */
export interface Aside {
  /** Runs `f`, which is synchronous, in eval mode and with this stream's state; all is put back. */
  run<T>(f: () => T): T
  dispose(): void
}

/** A stream that starts afresh. Any number may overlap, with each other and with training. */
export function aside(model: Module): Aside {
  const carried = [...model.namedBuffers()].flatMap(([, b]) => (b.carried ? [b] : []))
  let own: Tensor[] | null = null
  return {
    run(f) {
      const putBack = setAside(model)
      try {
        model.eval()
        if (own === null) model.resetState()
        else writeAll(carried, own)
        const result = f()
        dispose(own ?? [])
        own = carried.map(buffer => detach(buffer.value))
        return result
      } finally {
        putBack()
      }
    },
    dispose() {
      dispose(own ?? [])
      own = null
    },
  }
}

const writeAll = (buffers: readonly Buffer[], values: readonly Tensor[]): void =>
  buffers.forEach((buffer, i) => {
    buffer.write(values[i]!)
  })
