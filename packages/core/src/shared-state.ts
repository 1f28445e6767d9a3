/**
 * What must be one per process even when two copies of this package are loaded (a bundle beside an
 * install, say): the generator, the recording in progress and the table of fused operations.
 */
import { DlError } from './errors'
import type { Generator } from './random/generator'
import type { Recording } from './recording'

/** Raised when the layout of {@link SharedState} changes. */
const LAYOUT = 1

export interface SharedState {
  layout: number
  generator?: Generator
  recording: Recording | null
  /** Kernel name → the backends on which the composed implementation stands in. */
  fusedKernels: Map<string, Set<string>>
}

export function sharedState(): SharedState {
  const home = globalThis as { [key: symbol]: SharedState | undefined }
  const key = Symbol.for('@dl/core')
  const state = (home[key] ??= { layout: LAYOUT, recording: null, fusedKernels: new Map() })
  if (state.layout !== LAYOUT) {
    throw new DlError('version-clash', {
      problem: `two copies of @dl/core with state layouts ${state.layout} and ${LAYOUT} are loaded`,
      expected: 'one version of @dl/core in a program',
      fix: 'Run `npm ls @dl/core` and bring the packages to one version.',
    })
  }
  return state
}
