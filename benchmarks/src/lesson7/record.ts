/** What stands beside a curve: the run's settings, what it ran on, and how it ended. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { type BackendInfo, DlError } from '@dl/core'
import { files } from '@dl/data'
import { version_core } from '@tensorflow/tfjs-core'
import type { Phase, Row, RowName } from './rows'

/** What must be the same in two runs whose curves are one. */
export interface Settings {
  row: RowName
  seed: number
  data: string
  phases: readonly Phase[]
  wd: number
}

export interface Record extends Settings {
  commit: string | null
  backend: string
  native: BackendInfo['native']
  simd: BackendInfo['simd']
  threads: number
  processor: string | undefined
  versions: { node: string; tfjs: string }
  printed: number
  bound: number | null
  /** Of a finished run. */
  epochs?: number
  valLoss?: number
  accuracy?: number
  ttaAccuracy?: number
}

export function recordOf(settings: Settings, row: Row, info: BackendInfo): Record {
  const { backend, native, simd, threads } = info
  return {
    ...settings,
    commit: commit(),
    backend,
    native,
    simd,
    threads,
    processor: cpus()[0]?.model.trim(),
    versions: { node: process.version, tfjs: version_core },
    printed: row.printed,
    bound: row.bound,
  }
}

/** Null outside a repository. */
function commit(): string | null {
  try {
    const command = ['describe', '--always', '--dirty']
    return execFileSync('git', command, { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return null
  }
}

/**
 * Refuses a curve that another run began.
 *
 * @throws DlError `other-run`, naming what differs
 */
export async function checkSame(path: string, settings: Settings): Promise<void> {
  if (!(await files.exists(path))) return
  const known = JSON.parse(await readFile(path, 'utf8')) as Partial<Settings>
  const differing = (['row', 'seed', 'data', 'phases', 'wd'] as const).find(
    name => JSON.stringify(known[name]) !== JSON.stringify(settings[name]),
  )
  if (differing === undefined) return
  throw new DlError('other-run', {
    problem: `the curve beside ${path} had ${differing} ${JSON.stringify(known[differing])}`,
    expected: `${JSON.stringify(settings[differing])}, as this run has`,
    fix: 'Name another folder by --out, or move that curve away.',
  })
}

export const writeRecord = (path: string, record: Record): Promise<void> =>
  files.writeAtomic(path, `${JSON.stringify(record, null, 2)}\n`)
