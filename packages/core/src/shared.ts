/**
 * What must be one per process even when two copies of this package are loaded (a bundle beside an
 * install, say): the generator, the recording in progress, the table of fused kernels.
 */
import { DlError } from './errors'

/** Raised when what is shared changes its form. */
const LAYOUT = 1

interface Home {
  layout: number
  values: Map<string, unknown>
}

/** A variable that all copies of this package share. */
export interface Shared<T> {
  current: T
}

export function shared<T>(name: string, initial: T): Shared<T> {
  const { values } = home()
  if (!values.has(name)) values.set(name, initial)
  return {
    get current() {
      return values.get(name) as T
    },
    set current(value) {
      values.set(name, value)
    },
  }
}

function home(): Home {
  const everywhere = globalThis as { [key: symbol]: Home | undefined }
  const found = (everywhere[Symbol.for('@dl/core')] ??= { layout: LAYOUT, values: new Map() })
  if (found.layout !== LAYOUT) {
    throw new DlError('version-clash', {
      problem: `two copies of @dl/core that share layouts ${found.layout} and ${LAYOUT} are loaded`,
      expected: 'one version of @dl/core in a program',
      fix: 'Run `npm ls @dl/core` and bring the packages to one version.',
    })
  }
  return found
}
