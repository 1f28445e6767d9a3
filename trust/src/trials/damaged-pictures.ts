import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DecodeJob } from '../programs/decode-pictures'
import type { Trial, TrialContext } from '../trial'

/** From the built program, and from the source, which tests run. */
const placeOf = (...paths: string[]): string => {
  const found = paths.map(path => fileURLToPath(new URL(path, import.meta.url))).find(existsSync)
  if (found) return found
  throw new Error(`there is none of ${paths.join(', ')}: npm run build`)
}

/** No picture of these takes a second. */
const PATIENCE = 20_000

/** Decodes until the end or until the process is gone; says how far it came. */
function decode(program: string, job: DecodeJob): Promise<{ lines: string[]; end: string | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, said, hung] = ['', '', false]
    const watch = () =>
      setTimeout(() => {
        hung = true
        child.kill('SIGKILL')
      }, PATIENCE)
    let timer = watch()
    child.stdout.on('data', chunk => {
      out += chunk
      clearTimeout(timer)
      timer = watch()
    })
    child.stderr.on('data', chunk => {
      said += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const end = hung
        ? 'hung'
        : code === 0
          ? null
          : `ended by ${signal ?? code}: ${said.slice(-400)}`
      resolve({ lines: out.split('\n').filter(line => line !== ''), end })
    })
  })
}

async function attack({ tries, random }: TrialContext) {
  const program = placeOf('./programs/decode-pictures.js', '../../dist/programs/decode-pictures.js')
  const files = placeOf(
    '../../packages/vision/test/fixtures/files.json',
    '../../../packages/vision/test/fixtures/files.json',
  )
  const seed = random.int(2 ** 31)
  const failed: string[] = []
  const counts = new Map<string, number>()
  for (let from = 0; from < tries; ) {
    const { lines, end } = await decode(program, { files, seed, from, to: tries })
    for (let i = 1; i < lines.length; i += 2) {
      const [picture, outcome] = [lines[i - 1]!, lines[i]!]
      if (outcome.startsWith('wrong')) failed.push(`picture ${picture} of seed ${seed}: ${outcome}`)
      counts.set(outcome.split(':')[0]!, (counts.get(outcome.split(':')[0]!) ?? 0) + 1)
    }
    const last = lines.length % 2 === 1 ? Number(lines.at(-1)) : from + lines.length / 2 - 1
    if (end !== null) failed.push(`picture ${last} of seed ${seed}: ${end}`)
    from = Math.max(last, from) + 1
    if (failed.length > 20) break
  }
  return {
    tried: tries,
    failed,
    notes: [[...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ')],
  }
}

export const damagedPictures: Trial = {
  name: 'damaged-pictures',
  claim: 'no damaged picture ends or holds up a process: it is decoded or refused',
  short: 300,
  long: 8000,
  run: attack,
}
