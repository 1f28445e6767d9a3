/** What every suite shares: flags, medians, a table for people and one line of JSON for programs. */
import { parseArgs } from 'node:util'
import { ready, setBackend } from '@tensorflow/tfjs-core'

export interface Row {
  name: string
  ms: number
  gflops?: number
}

export interface SuiteOptions {
  /** Fewer repetitions. */
  quick: boolean
}

/** Sets up the backend the flags ask for and prints what `run` measures. */
export async function suite(run: (options: SuiteOptions) => Promise<Row[]>): Promise<void> {
  const flag = { type: 'boolean', default: false } as const
  const options = { quick: flag, json: flag, backend: { type: 'string', default: 'wasm' } } as const
  const { quick, json, backend } = parseArgs({ options }).values
  await import(backend === 'cpu' ? '@tensorflow/tfjs-backend-cpu' : '@dl/backend-wasm')
  await setBackend(backend)
  await ready()
  const rows = await run({ quick })
  for (const { name, ms, gflops } of rows) {
    const rate = gflops === undefined ? '' : `${gflops.toFixed(1).padStart(9)} GFLOP/s`
    process.stderr.write(`${name.padEnd(36)}${ms.toFixed(2).padStart(10)} ms${rate}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify({ backend, node: process.version, rows })}\n`)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}
