/** Minutes of training until a validation loss: rows of the lesson, ours against PyTorch's twin. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCurve } from '../lesson7/curve'
import type { RowName } from '../lesson7/rows'

export interface Goal {
  row: RowName
  /** Of validation. */
  loss: number
  /** What is enough to get there. */
  epochs: number
}

export interface Arrival {
  epochs: number
  seconds: number
}

/** Null, with the reason on standard error, where it does not get there. */
export async function timeToLoss(
  { row, loss, epochs }: Goal,
  twin: boolean,
): Promise<Arrival | null> {
  const out = await mkdtemp(join(tmpdir(), 'dl-peers-'))
  try {
    const options = ['--epochs', String(epochs), '--out', out, ...(twin ? ['--twin'] : [])]
    await lesson7([row, ...options])
    const curve = await readCurve(join(out, `${row}-s1${twin ? '-torch' : ''}.partial.csv`))
    const at = curve.findIndex(({ valLoss }) => valLoss <= loss)
    const seconds = curve.slice(0, at + 1).reduce((sum, epoch) => sum + epoch.seconds, 0)
    if (at >= 0) return { epochs: at + 1, seconds }
    process.stderr.write(`${row} did not come to a loss of ${loss} in ${epochs} epochs\n`)
    return null
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

function lesson7(args: string[]): Promise<void> {
  const program = fileURLToPath(new URL('./lesson7/main.js', import.meta.url))
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve()
      else reject(new Error(`lesson7 ${args.join(' ')} ended with ${code}`))
    })
  })
}
