/** What every tracker records of a run beside its numbers, and the numbers of an epoch. */
import type { TrainContext } from '@dl/callbacks'
import { DlError, showValue } from '@dl/core'
import { commitOf } from './commit'

export type Config = Readonly<Record<string, string | number | boolean>>

export interface RunOptions {
  /** What the run is called (default: the time of its start). */
  name?: string
  /** Settings to compare runs by: `{ lr: 1e-2, cell: 'gru' }`. */
  config?: Config
  /** Of the program (default: what git has checked out; null in a page and outside a repository). */
  commit?: string | null
}

export interface RunInfo {
  name: string
  /** With the commit, where there is one. */
  config: Config
}

/** @throws DlError `bad-option` */
export function checkRun(owner: string, { name, config, commit }: RunOptions): void {
  checkText(owner, 'name', name)
  if (commit !== null) checkText(owner, 'commit', commit)
  const isPlain = typeof config === 'object' && config !== null && !Array.isArray(config)
  if (config !== undefined && !isPlain) bad(owner, 'config', config, 'an object of settings')
  for (const [key, value] of Object.entries(config ?? {})) {
    if (['string', 'number', 'boolean'].includes(typeof value)) continue
    bad(owner, `config.${key}`, value, 'a text, a number, true or false')
  }
}

/** A text that says something, where it is given. */
export function checkText(owner: string, name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  bad(owner, name, value, 'a text')
}

function bad(owner: string, name: string, value: unknown, expected: string): never {
  throw new DlError('bad-option', {
    problem: `${owner}'s ${name} is ${showValue(value)}`,
    expected,
  })
}

export async function runInfo({ name, config = {}, commit }: RunOptions): Promise<RunInfo> {
  const found = commit === undefined ? await commitOf() : commit
  return {
    name: name ?? new Date().toISOString().slice(0, 19).replaceAll(':', '-'),
    config: found === null ? config : { commit: found, ...config },
  }
}

/** By name: the losses, metrics and the learning rate. */
export const numbersOf = ({ smoothLoss, metrics, lr }: TrainContext): Record<string, number> => ({
  trnLoss: smoothLoss,
  ...metrics,
  lr,
})
