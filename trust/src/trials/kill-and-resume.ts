/** Trainings killed at any time go on to the curve of one that was not, bit for bit. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyCheckpoint } from '@dl/callbacks'
import type { Curve, Resumable } from '../programs/resumable'
import { runProgram } from '../run-program'
import type { Trial, TrialContext } from '../trial'

const KINDS = ['lm', 'images'] as const
const VARIANTS = [
  { DL_THREADS: '2', DL_NATIVE: '' },
  { DL_THREADS: '1', DL_NATIVE: '0' },
  { DL_THREADS: '1', DL_NATIVE: '' },
  { DL_THREADS: '2', DL_NATIVE: '0' },
]

/** Tries of a short form. */
const FEW = 10

interface Ended {
  curve: Curve | null
  ms: number
  said: string
}

/** Runs the training to its end, or for so many milliseconds. */
export async function run(
  job: Resumable,
  env: Record<string, string>,
  killAfter?: number,
): Promise<Ended> {
  const { ok, stdout, ms, said } = await runProgram('resumable', job, {
    env,
    ...(killAfter !== undefined && { killAfter }),
  })
  return { curve: ok ? (JSON.parse(stdout) as Curve) : null, ms, said }
}

/** Where it was killed. */
async function phaseIn(folder: string): Promise<{ step: number; phase: string }> {
  const text = await readFile(join(folder, 'phase'), 'utf8').catch(() => '0 starting')
  const [step = '0', phase = 'starting'] = text.trim().split(' ')
  return { step: Number(step), phase: phase === '' ? 'starting' : phase }
}

/** What is wrong with the files that a killed run left. */
async function damage(folder: string): Promise<string[]> {
  const wrong: string[] = []
  const names = (await readdir(folder)).filter(name => name.endsWith('.safetensors'))
  if (names.length > 3) wrong.push(`${names.length} files stayed`)
  for (const name of names) {
    try {
      await verifyCheckpoint(new Uint8Array(await readFile(join(folder, name))), name)
    } catch (error) {
      wrong.push((error as Error).message)
    }
  }
  return wrong
}

const same = (a: Curve, b: Curve): boolean =>
  JSON.stringify([a.losses, a.history, a.weights]) ===
  JSON.stringify([b.losses, b.history, b.weights])

async function attack({ tries, random, folder }: TrialContext) {
  const failed: string[] = []
  const wholes = new Map<string, { curve: Curve; ms: number }>()
  const phases = new Map<string, number>()
  const rows: string[] = []
  const natives = new Set<string>()
  // in a long run little of the time is the program's start
  const epochs = tries > FEW ? 4 : 2

  async function whole(kind: Resumable['kind']) {
    const known = wholes.get(kind)
    if (known) return known
    const own = join(folder, `whole-${kind}`)
    await mkdir(own)
    const { curve, ms, said } = await run({ kind, folder: own, epochs }, VARIANTS[0]!)
    if (curve === null) throw new Error(`the run that nobody kills failed: ${said}`)
    wholes.set(kind, { curve, ms })
    return { curve, ms }
  }

  for (let i = 0; i < tries; i++) {
    const kind = KINDS[i % KINDS.length]!
    const variant = VARIANTS[Math.floor(i / KINDS.length) % VARIANTS.length]!
    const right = await whole(kind)
    const own = join(folder, `killed-${i}`)
    await mkdir(own)
    const job = { kind, folder: own, epochs }
    const at = Math.round(random.next() * right.ms)
    const first = await run(job, variant, at)
    const where = first.curve
      ? { step: right.curve.losses.length, phase: 'ended' }
      : await phaseIn(own)
    phases.set(where.phase, (phases.get(where.phase) ?? 0) + 1)
    const how = `${kind}, ${variant.DL_THREADS} threads, ${variant.DL_NATIVE === '0' ? 'WebAssembly' : 'native'}, killed after ${at} ms at step ${where.step} (${where.phase})`
    const wrong = await damage(own)
    const { curve, said } = first.curve ? first : await run(job, variant)
    if (curve === null) wrong.push(`did not go on: ${said}`)
    else {
      if (!same(curve, right.curve)) wrong.push(`another curve from step ${curve.resumedAt}`)
      natives.add(String(curve.native))
    }
    const strays = (await readdir(own)).filter(name => name.endsWith('.tmp'))
    if (strays.length > 0) wrong.push(`${strays.join()} stayed`)
    if (wrong.length > 0) failed.push(`${how}: ${wrong.join('; ')}`)
    rows.push(`${how}, went on from ${curve?.resumedAt ?? 'the beginning'}`)
    await rm(own, { recursive: true })
  }
  const inSaves = (phases.get('writing') ?? 0) + (phases.get('saving') ?? 0)
  if (tries >= 100 && inSaves < 10) failed.push(`only ${inSaves} were killed in a save`)
  const counts = [...phases].map(([phase, count]) => `${phase} ${count}`)
  return {
    tried: tries,
    failed,
    notes: [`killed while ${counts.join(', ')}; kernels: ${[...natives].join(', ')}`, ...rows],
  }
}

export const killAndResume: Trial = {
  name: 'kill-and-resume',
  claim: 'a training killed at any time goes on to the same bits',
  short: 4,
  long: 130,
  run: attack,
}
