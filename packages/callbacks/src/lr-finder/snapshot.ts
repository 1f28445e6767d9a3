/** Everything that training changes, kept in memory and given back. */
import { defaultGenerator, type RandomState } from '@dl/core'
import type { LoaderState } from '@dl/data'
import { clone, dispose, type Tensor } from '@tensorflow/tfjs-core'
import type { LayerOptimizerLike } from '../protocol'

/** A model that can be put back; a `Module` of @dl/layers is one. */
export interface RestorableModel {
  /** Tensors that are the caller's to dispose. */
  stateDict(): Record<string, Tensor>
  loadStateDict(state: Record<string, Tensor>): unknown
  /** Also those that the state dict leaves out. */
  namedBuffers?(): Iterable<readonly [name: string, buffer: RestorableBuffer]>
}

export interface RestorableBuffer {
  readonly value: Tensor
  write(value: Tensor): void
}

/** An optimizer that can be put back; `LayerOptimizer` of @dl/optim is one. */
export interface RestorableOptimizer extends LayerOptimizerLike {
  stateDict(): OptimizerSnapshot
  loadStateDict(state: OptimizerSnapshot): void
}

export interface OptimizerSnapshot {
  /** Tensors that are the caller's to dispose. */
  tensors: Record<string, Tensor>
  values: object
}

/** The part of a loader that is needed to see the same epochs again. */
export interface RestorableLoader {
  state?(): LoaderState
  restore?(state: LoaderState): void
}

export interface Snapshot {
  /** Once: the tensors kept are freed. */
  restore(): void
}

/** Notes weights, buffers, optimizer (state, lrs, momenta), default generator and loader. */
export function snapshot(
  model: RestorableModel,
  optimizer: RestorableOptimizer,
  loader?: RestorableLoader,
): Snapshot {
  const weights = model.stateDict()
  const buffers = [...(model.namedBuffers?.() ?? [])].map(
    ([, buffer]) => [buffer, clone(buffer.value)] as const,
  )
  const state = optimizer.stateDict()
  const random: RandomState = defaultGenerator().state()
  const position = loader?.state?.()
  return {
    restore() {
      try {
        model.loadStateDict(weights)
        for (const [buffer, value] of buffers) buffer.write(value)
        optimizer.loadStateDict(state as Parameters<typeof optimizer.loadStateDict>[0])
      } finally {
        dispose(weights)
        dispose(buffers.map(([, value]) => value))
        dispose(state.tensors)
      }
      defaultGenerator().restore(random)
      if (position) loader?.restore?.(position)
    },
  }
}
