/** The same run in PyTorch: `python/lesson7.py` gets the row's settings as JSON and writes the curve. */
import { spawn } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DlError } from '@dl/core'
import { files } from '@dl/data'
import { loadCorpus } from '@dl/example-kit'
import { STREAMS } from '../../../examples/rnn-from-scratch/src/data'
import { STEPS } from '../../../examples/rnn-from-scratch/src/steps'
import { readCurve } from './curve'
import { epochsOf, here, type Run } from './places'
import { checkSame, endOf, type RunRecord, recordOf, settingsOf, writeRecord } from './record'
import { bsOf, firstEpochs } from './rows'

const SCRIPT = here('../../python/lesson7.py')
const ARCHIVE = 'cifar10/cifar10-jpg.tar.gz'

/** What the script says of itself on its standard output. */
interface Told {
  versions?: { [name: string]: string }
  ttaAccuracy?: number
}

/** Null where it was interrupted. */
export async function runTwin(run: Run): Promise<RunRecord | null> {
  const { row, places, threads } = run
  const settings = settingsOf(run)
  await checkSame(places.record, settings)
  const job = {
    kind: row.kind,
    model: row.kind === 'text' ? row.step : row.model,
    phases: firstEpochs(row.phases, run.epochs),
    wd: row.wd,
    seed: run.seed,
    data: await dataOf(run),
    tta: row.kind === 'pictures' && row.tta !== undefined && run.epochs >= epochsOf(row.phases),
    curve: places.partial,
    folder: places.folder,
    threads,
  }
  const path = join(places.folder, 'job.json')
  await files.writeAtomic(path, JSON.stringify(job))
  const told: Told = {}
  let record = recordOf(settings, row, threads)
  const code = await python([path], run.signal, async line => {
    Object.assign(told, JSON.parse(line))
    if (told.versions) record = { ...record, versions: told.versions }
    await writeRecord(places.record, record)
  })
  if (code === 130) return null
  if (code !== 0) {
    throw new DlError('twin-failed', {
      problem: `${SCRIPT} ended with ${code}`,
      expected: 'a Python with torch, numpy and Pillow behind DL_PYTHON; see above',
    })
  }
  const last = (await readCurve(places.partial)).at(-1)!
  const { ttaAccuracy } = told
  const report = {
    ...record,
    ...endOf(row, last),
    ...(ttaAccuracy !== undefined && { ttaAccuracy }),
  }
  await writeRecord(places.record, report)
  if (last.epoch + 1 >= epochsOf(row.phases)) await rename(places.partial, places.curve)
  return report
}

/** Why there is no twin, or null. */
export function noTwin({ row }: Pick<Run, 'row'>): string | null {
  if (row.twin === false) return 'it compares ours with ours'
  return process.env.DL_PYTHON ? null : 'DL_PYTHON names no Python that has PyTorch'
}

async function dataOf({ row, data, say }: Run): Promise<object> {
  if (row.kind === 'text') {
    const { bs, windows } = STEPS[row.step]
    const { train, validation } = await loadCorpus(data, say)
    return { texts: { train, validation }, bs, ...(windows ?? STREAMS) }
  }
  const { DL_DATA } = process.env
  const archive = data === 'cifar10' && DL_DATA ? join(DL_DATA, ARCHIVE) : data
  if (!archive.endsWith('.tar.gz') || !(await files.exists(archive))) {
    throw new DlError('not-found', {
      problem: `there is no archive of pictures at ${archive}`,
      expected: `${ARCHIVE} in the folder that DL_DATA names, or an archive by --data`,
    })
  }
  return { archive, bs: bsOf(row), ...(row.classes && { classes: row.classes }) }
}

/** Runs the script to its end and hands each line of its standard output on. */
async function python(
  args: string[],
  signal: AbortSignal,
  hear: (line: string) => Promise<void>,
): Promise<number | null> {
  const child = spawn(process.env.DL_PYTHON!, [SCRIPT, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    // a terminal's Ctrl-C must reach it through us alone
    detached: process.platform !== 'win32',
  })
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  ended.catch(() => {}) // where it does not start, awaited below
  try {
    for await (const line of createInterface({ input: child.stdout })) await hear(line)
    return await ended
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
