/** The checkpoints of a run: which there are, and which to go on from. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { type FileStorage, fileStorage } from '@dl/data'
import { checkFlag, checkPath } from '../checks'
import { type DecodedCheckpoint, decodeCheckpoint } from './format'

export interface ResumeOptions {
  /** A file, or what `checkpoint` was given: then its newest file. */
  path: string
  /** Where it is (default: the platform's `fileStorage()`). */
  storage?: FileStorage
  /** Whether a damaged newest file is passed over for the one before (default false: it is an error). */
  skipDamaged?: boolean
}

/** A path, or with it where it is and what to do about damage. */
export type Resume = string | ResumeOptions

export interface FoundCheckpoint extends DecodedCheckpoint {
  path: string
  /** Files that were newer and damaged, with what was wrong. */
  passedOver: string[]
}

const EXTENSION = '.safetensors'

export const checkpointPath = (prefix: string, step: number): string =>
  `${prefix}_${step}${EXTENSION}`

/** The steps of the files under a prefix, newest first. */
export async function stepsOf(storage: FileStorage, prefix: string): Promise<number[]> {
  const paths = await storage.list(`${prefix}_`)
  return paths
    .flatMap(path => {
      const [, step] = /_(\d+)\.safetensors$/.exec(path) ?? []
      return step !== undefined && nameOf(path) === nameOf(checkpointPath(prefix, Number(step)))
        ? [Number(step)]
        : []
    })
    .sort((a, b) => b - a)
}

/** Storages write paths in their own way: `runs//a` as `runs/a`. */
const nameOf = (path: string): string => path.split(/[/\\]/).at(-1)!

/** Refuses what is no {@link Resume}, and fills in what is left out. */
export function resumeOptions(owner: string, resume: Resume): Required<ResumeOptions> {
  const options = typeof resume === 'string' ? { path: resume } : resume
  const known = ['path', 'skipDamaged', 'storage'] as const
  const {
    path,
    storage = fileStorage(),
    skipDamaged = false,
  } = checkOptions(owner, options, known) as ResumeOptions
  checkPath(owner, 'path', path)
  checkFlag(owner, 'skipDamaged', skipDamaged)
  checkStorage(owner, storage)
  return { path, storage, skipDamaged }
}

export function checkStorage(owner: string, storage: FileStorage): void {
  const has = (name: keyof FileStorage): boolean => typeof storage?.[name] === 'function'
  if (has('read') && has('write') && has('list') && has('remove')) return
  throw new DlError('bad-option', {
    problem: `${owner}'s storage is ${showValue(storage)}`,
    expected: 'an object with read, write, list and remove, such as memoryStorage()',
  })
}

/**
 * The checkpoint to go on from. Its tensors are yours to dispose.
 *
 * @throws DlError `no-checkpoint` where there is none; `damaged-checkpoint`, `bad-checkpoint`
 *
 * @example
 * ```ts
 * import { readCheckpoint } from '@dl/callbacks'
 * import { memoryStorage } from '@dl/data'
 *
 * const storage = memoryStorage()
 * await readCheckpoint({ path: 'runs/a', storage }).catch(error => error.code) // → no-checkpoint
 * ```
 */
export async function readCheckpoint(resume: Resume): Promise<FoundCheckpoint> {
  const { path, storage, skipDamaged } = resumeOptions('readCheckpoint', resume)
  const candidates = path.endsWith(EXTENSION)
    ? [path]
    : (await stepsOf(storage, path)).map(step => checkpointPath(path, step))
  const passedOver: string[] = []
  for (const candidate of candidates) {
    try {
      const found = await decodeCheckpoint(await storage.read(candidate), candidate)
      return { ...found, path: candidate, passedOver }
    } catch (error) {
      if (!skipDamaged || !DlError.is(error, 'damaged-checkpoint')) throw error
      passedOver.push(error.message.split('; expected')[0]!)
    }
  }
  const tried = passedOver.length > 0 ? `: ${passedOver.join('; ')}` : ''
  throw new DlError('no-checkpoint', {
    problem: `there is no whole checkpoint ${checkpointPath(path, 0).replace('0', '…')}${tried}`,
    expected: 'what checkpoint() was given, or one of its files',
    fix: 'Begin without resume where there is nothing to go on from.',
  })
}
