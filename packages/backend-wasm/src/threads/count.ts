/** How many threads to use. */
import { DlError } from '@dl/core'
import { MAX_THREADS } from './protocol'
import { nodeModule } from './spawn'

/** More threads than this find too little work in a training step. */
const USEFUL = 16

/** Whether memory can be shared: Node always, a page only where it is cross-origin isolated. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  return nodeModule('node:worker_threads') !== undefined || globalThis.crossOriginIsolated === true
}

/** The number asked for (option, then DL_THREADS), else one for each processor core. */
export function threadCount(asked?: number): number {
  const variable = globalThis.process?.env?.DL_THREADS
  const wanted = asked ?? (variable ? Number(variable) : undefined)
  if (wanted === undefined) return Math.min(USEFUL, available())
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > MAX_THREADS) {
    throw new DlError('bad-option', {
      problem: asked === undefined ? `DL_THREADS is '${variable}'` : `threads is ${asked}`,
      expected: `a whole number from 1 to ${MAX_THREADS}`,
    })
  }
  return wanted
}

function available(): number {
  return nodeModule('node:os')?.availableParallelism() ?? navigator.hardwareConcurrency ?? 1
}
