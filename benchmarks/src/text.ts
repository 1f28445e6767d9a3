/**
 * Texts of 100 MB to numbers, each in a process of its own because only its peak of memory is
 * known. `npm run bench -- text`; `--only <name>` stays in this process.
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Generator } from '@dl/core'
import { chars, Field, LanguageModelLoader, words } from '@dl/text'
import { end, flag, readOptions } from './harness/options'
import { median } from './harness/statistics'

const ENGLISH = ' etaoinsrhldcufm\npg,ywbv-."kx;:qj!?()\'z12=_3[]54678 90'
const ALPHABETS = {
  english: ENGLISH,
  french: `${ENGLISH}éèàùç`,
  curly: `${ENGLISH}“”’—`,
  emoji: `${ENGLISH}😀`,
}
type Script = keyof typeof ALPHABETS

interface Row {
  name: string
  /** Median. */
  ms: number
  /** The best round, and the least time of a processor: for machines that have other work. */
  best: number
  cpu: number
  /** UTF-8, at the median. */
  mbPerSecond: number
  /** Memory at its peak over that before, in sizes of the ids. */
  peak: number
}

interface Measurement {
  script: Script
  run(text: string): Int32Array | LanguageModelLoader
}

const field = (tokenize = chars) => new Field({ lower: true, tokenize })
const build = (text: string) => field().build([text], { minFreq: 3 })

const MEASUREMENTS: Record<string, Measurement> = {
  'characters, ASCII': { script: 'english', run: build },
  'characters, Latin-1': { script: 'french', run: build },
  'characters, UTF-16': { script: 'curly', run: build },
  'characters, with emoji': { script: 'emoji', run: build },
  'characters to batches, ASCII': {
    script: 'english',
    run: text => new LanguageModelLoader(build(text), { bs: 64, bptt: 70 }),
  },
  'words, ASCII': {
    script: 'english',
    run: text => field(words).build([text], { minFreq: 3 }),
  },
}

const HELP = `Reads texts of 100 MB and says how fast and with how much memory.

  --quick  texts of 10 MB, three rounds   --json  one JSON object as the last line
  --only   one of them, in this process: ${Object.keys(MEASUREMENTS).join(' | ')}
`

const options = { quick: flag, json: flag, only: { type: 'string' } } as const
const { quick, json, only } = readOptions(HELP, options)
if (only !== undefined && MEASUREMENTS[only] === undefined) {
  end(`--only is "${only}"; expected one of ${Object.keys(MEASUREMENTS).join(', ')}.`, 1)
}
if (only !== undefined) {
  process.stdout.write(JSON.stringify(measure(only)))
} else {
  const rows = Object.keys(MEASUREMENTS).map(inAnotherProcess)
  for (const { name, ms, best, cpu, mbPerSecond, peak } of rows) {
    const figures =
      `${ms.toFixed(0).padStart(8)} ms (best ${best.toFixed(0)}, cpu ${cpu.toFixed(0)})`.padEnd(34)
    process.stderr.write(
      `${name.padEnd(30)}${figures}${mbPerSecond.toFixed(0).padStart(5)} MB/s` +
        `, peak ${peak.toFixed(2)}x the ids\n`,
    )
  }
  process.stderr.write(`load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores\n`)
  if (json) process.stdout.write(`${JSON.stringify({ node: process.version, rows })}\n`)
}

function inAnotherProcess(name: string): Row {
  const args = [
    '--expose-gc',
    fileURLToPath(import.meta.url),
    '--only',
    name,
    ...(quick ? ['--quick'] : []),
  ]
  const { status, stdout } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`"${name}" ended with code ${status}`)
  return JSON.parse(stdout) as Row
}

function measure(name: string): Row {
  const { script, run } = MEASUREMENTS[name]!
  const bytes = (quick ? 10 : 100) * 1e6
  const text = textOf(script, bytes)
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  const times: number[] = []
  const cpu: number[] = []
  let peak = 0
  for (let i = 0; i < (quick ? 3 : 7); i++) {
    const [start, used] = [performance.now(), process.cpuUsage()]
    const result = run(text)
    times.push(performance.now() - start)
    const { user, system } = process.cpuUsage(used)
    cpu.push((user + system) / 1e3)
    const ids = result instanceof Int32Array ? result.length : result.tokens
    // later rounds find the garbage of those before
    if (i === 0) peak = (1024 * process.resourceUsage().maxRSS - before) / (4 * ids)
  }
  const ms = median(times)
  return {
    name,
    ms,
    best: Math.min(...times),
    cpu: Math.min(...cpu),
    mbPerSecond: bytes / ms / 1e3,
    peak,
  }
}

/** `bytes` of UTF-8 with the first characters of the alphabet more often than the last. */
function textOf(script: Script, bytes: number): string {
  const alphabet = [...ALPHABETS[script]]
  const block = Array.from(
    new Generator(1).uniform(1 << 18),
    x => alphabet[Math.floor(x * x * alphabet.length)],
  ).join('')
  const encoded = new TextEncoder().encode(block)
  const all = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += encoded.length) {
    all.set(encoded.subarray(0, bytes - at), at)
  }
  return new TextDecoder().decode(all)
}
