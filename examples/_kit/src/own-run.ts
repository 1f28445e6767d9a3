/**
 * A run's own folder: its checkpoints, how it is told to stop, and how it goes on. Two runs in one
 * folder would replace each other's best weights, so a folder that is taken is refused.
 */
import { type Checkpoint, checkpoint, type Resume, type Resumed } from '@dl/callbacks'
import { DlError } from '@dl/core'
import { fileStorage, files } from '@dl/data'
import { interrupted } from './interrupted'

/** What of the command line belongs to it. */
export interface OwnRunOptions {
  /** The example's name. */
  program: string
  /** The folder that was asked for, if one was; else the first free one in `runs/`. */
  out: string | null
  /** Whether to go on with the run that is there. */
  resume: boolean
  /** What its files' names begin with, where others may share the folder (default: all are its own). */
  prefix?: string
  say(text: string): void
}

export interface OwnRun {
  readonly out: string
  /** Ctrl-C, or SIGTERM: the run ends after its batch. The next one kills the process as usual. */
  readonly signal: AbortSignal
  /** What belongs to one call of `fit`: `{ callbacks: [saver], ...(resume && { resume }) }`. */
  part(name?: string): Promise<{ saver: Checkpoint; resume: Resume | undefined }>
  /** Says where a fit went on, and, if it was stopped, how to go on with it. */
  tell(result: { resumed: Resumed | null; stopped: string | null }): void
}

/** @throws DlError `run-exists`, `no-run` */
export async function ownRun(options: OwnRunOptions): Promise<OwnRun> {
  const { program, resume, prefix = '', say } = options
  const out = await folderOf(options)
  const has = await isTaken(out, prefix)
  if (has && !resume) {
    throw new DlError('run-exists', {
      problem: `${out} holds a run already`,
      expected: 'a folder of its own for each',
      fix: 'Go on with that run: --resume. Or choose another folder: --out.',
    })
  }
  if (resume && !has) {
    throw new DlError('no-run', {
      problem: `there is no run in ${out} to go on with`,
      expected: 'a folder in which this program has trained before, by --out',
    })
  }
  return {
    out,
    signal: interrupted(),
    async part(name = 'checkpoint') {
      const path = files.join(out, `${prefix}${name}`)
      const saver = checkpoint(path, { everyEpoch: true, everyMinutes: 1 })
      const known = await fileStorage().list(`${path}_`)
      return { saver, resume: resume && known.length > 0 ? path : undefined }
    },
    tell({ resumed, stopped }) {
      if (resumed) say(`\nWent on from ${resumed.path}.\n`)
      if (stopped === null) return
      say(`\nStopped early: ${stopped}. To go on:\n  ${command(program, out)}\n`)
    },
  }
}

/** The same command line, with where the run is. */
function command(program: string, out: string): string {
  const args: string[] = []
  const given = process.argv.slice(2)
  for (let i = 0; i < given.length; i++) {
    if (given[i] === '--resume' || given[i]!.startsWith('--out=')) continue
    if (given[i] === '--out') i++
    else args.push(/^[\w./=-]+$/.test(given[i]!) ? given[i]! : JSON.stringify(given[i]))
  }
  return ['npm run example', program, '--', ...args, '--resume', '--out', out].join(' ')
}

/** Whether somebody's weights or tables are there. */
async function isTaken(folder: string, prefix: string): Promise<boolean> {
  const paths = await fileStorage().list(files.join(folder, prefix || '/'))
  return paths.some(path => /\.(safetensors|csv)$/.test(path))
}

/** `runs/cam`, else `runs/cam-2` and so on: the first that is free, or to resume the last that is not. */
async function folderOf({ program, out, resume, prefix = '' }: OwnRunOptions): Promise<string> {
  if (out !== null) return out
  const name = (i: number) => files.join('runs', i === 1 ? program : `${program}-${i}`)
  let i = 1
  while (await isTaken(name(i), prefix)) i++
  return name(resume ? Math.max(1, i - 1) : i)
}
