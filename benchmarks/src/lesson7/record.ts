/** What stands beside a curve: the run's settings, what it ran on, and how it ended. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { type BackendInfo, DlError } from '@dl/core'
import { files } from '@dl/data'
import { version_core } from '@tensorflow/tfjs-core'
import type { CurveRow } from './curve'
import type { Run } from './places'
import type { Phase, PictureRow, PictureSettings, Row, RowName } from './rows'

/** What must be the same in two runs whose curves are one. */
export interface Settings {
  row: RowName
  seed: number
  data: string
  phases: readonly Phase[]
  wd: number
  /** What a picture row has otherwise than the ladder's. */
  net?: PictureSettings
}

const NAMES = ['row', 'seed', 'data', 'phases', 'wd', 'net'] as const

export interface RunRecord extends Settings {
  commit: string | null
  processor: string | undefined
  versions: { [name: string]: string }
  threads: number
  printed: number | null
  bound: number | null
  /** Of a finished run. */
  epochs?: number
  valLoss?: number
  accuracy?: number
  ttaAccuracy?: number
}

export type OurRecord = RunRecord & Pick<BackendInfo, 'backend' | 'native' | 'simd'>

export const settingsOf = ({ name, row, seed, data }: Run): Settings => ({
  row: name,
  seed,
  data,
  phases: row.phases,
  wd: row.wd,
  ...(row.kind === 'pictures' && hasOwn(row) && { net: netOf(row) }),
})

/** The order of the keys is that of the comparison. */
const netOf = (row: PictureRow): PictureSettings => {
  const { model, bs, classes, count, optimizer, pretraining, lrParts, bnFreeze } = row
  return { model, bs, classes, count, optimizer, pretraining, lrParts, bnFreeze }
}

/** The lesson's own rows have no such thing. */
const hasOwn = (row: PictureRow): boolean =>
  Object.values({ ...netOf(row), model: undefined }).some(value => value !== undefined)

export function recordOf(settings: Settings, row: Row, threads: number): RunRecord {
  return {
    ...settings,
    commit: commit(),
    processor: cpus()[0]?.model.trim(),
    versions: { node: process.version, tfjs: version_core },
    threads,
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

/** How a run ended, by the last line of its curve. */
export const endOf = ({ kind }: Row, { epoch, valLoss, accuracy }: CurveRow) => ({
  epochs: epoch + 1,
  valLoss,
  ...(kind === 'pictures' && { accuracy }),
})

export const readRecord = async (path: string): Promise<RunRecord> =>
  JSON.parse(await readFile(path, 'utf8'))

/**
 * Refuses a curve that another run began.
 *
 * @throws DlError `other-run`, naming what differs
 */
export async function checkSame(path: string, settings: Settings): Promise<void> {
  if (!(await files.exists(path))) return
  const known: Partial<Settings> = await readRecord(path)
  const differing = NAMES.find(
    name => JSON.stringify(known[name]) !== JSON.stringify(settings[name]),
  )
  if (differing === undefined) return
  throw new DlError('other-run', {
    problem: `the curve beside ${path} had ${differing} ${JSON.stringify(known[differing])}`,
    expected: `${JSON.stringify(settings[differing])}, as this run has`,
    fix: 'Name another folder by --out, or move that curve away.',
  })
}

export const writeRecord = (path: string, record: RunRecord): Promise<void> =>
  files.writeAtomic(path, `${JSON.stringify(record, null, 2)}\n`)
