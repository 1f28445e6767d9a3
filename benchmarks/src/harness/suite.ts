/** What every suite with peers shares: flags, peers that end with it, the tables and the line of JSON. */
import type { Program } from './conversation'
import { describeRun } from './machine'
import { flag, readOptions } from './options'
import { type Peer, startPeer } from './peer'
import { type Contestant, type RaceResult, type Row, race } from './race'
import { writeSection } from './results'
import { aligned, markdown, rowCells, targetCells } from './table'
import { completed, type Values } from './targets'

/** A quick run begins nothing after the first of these and waits for nobody after the second. */
const [QUICK_MS, QUICK_END_MS] = [37_000, 42_000]
/** How long a peer may take for an answer otherwise. */
const LIMIT_MS = 120_000

const HELP = `Measures, against others where they are found, and prints tables.

  --quick  few and short measurements, 45 s in all
  --json   one JSON object as the last line
  --write  puts the tables into benchmarks/RESULTS.md
`

export interface Suite {
  /** Few and short measurements, 45 s in all. */
  quick: boolean
  /** Whether there is time for more; says what is left out where there is none. */
  timeFor(what: string): boolean
  /** Starts a peer that ends with the suite; null where it is not found. */
  start(name: string, program: Program | null): Promise<Peer | null>
  race(ours: Contestant, others: readonly Contestant[]): Promise<RaceResult>
}

export interface SuiteResult {
  ours: Peer
  rows: Row[]
  /** Of the targets this suite measures. */
  targets: Values
}

export async function suite(
  name: string,
  run: (suite: Suite) => Promise<SuiteResult>,
): Promise<void> {
  const options = { quick: flag, json: flag, write: flag }
  const { quick, json, write } = readOptions(HELP, options)
  const deadline = quick ? performance.now() + QUICK_MS : Number.POSITIVE_INFINITY
  const end = performance.now() + QUICK_END_MS
  const limits = quick ? { rounds: 3, patienceMs: 1000 } : { rounds: 7, patienceMs: 4000 }
  const started: Peer[] = []
  try {
    const { ours, rows, targets } = await run({
      quick,
      timeFor(what) {
        const enough = performance.now() < deadline
        if (!enough) process.stderr.write(`${what} is left out: --quick has no time for it\n`)
        return enough
      },
      async start(peerName, program) {
        const limitMs = () => (quick ? Math.max(1, end - performance.now()) : LIMIT_MS)
        const peer = program && (await startPeer({ ...program, name: peerName, limitMs }))
        if (peer) started.push(peer)
        return peer
      },
      race: (one, others) => race(one, others, { ...limits, deadline }),
    })
    const [figures, verdicts] = [rowCells(rows), targetCells(targets)]
    process.stderr.write(`${aligned(figures)}\n${aligned(verdicts)}`)
    if (write) {
      const flags = quick ? ' --quick' : ''
      const about = describeRun(`npm run bench -- ${name}${flags} --write`, ours, started)
      writeSection(name, [about, markdown(figures), markdown(verdicts)].join('\n\n'))
    }
    if (json) process.stdout.write(`${JSON.stringify({ rows, targets: completed(targets) })}\n`)
  } finally {
    for (const peer of started) peer.close()
  }
}
