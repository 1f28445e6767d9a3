/** Memory is flat over thousands of steps. */
import type { Look, Soak, Soaked } from '../programs/soak'
import { runProgram } from '../run-program'
import type { Trial } from '../trial'

/** Steps of the language model for one of the residual net's kind. */
const SHARE = 10
/** What the engine's own garbage may add between two looks. */
const SLACK = 48 * 2 ** 20

export const soak: Trial = {
  name: 'soak',
  claim:
    'tensors, memory and threads are the same after half of the steps and after all, losses finite',
  short: 400,
  long: 20_000,
  async run({ tries }) {
    const failed: string[] = []
    const notes: string[] = []
    const jobs: Soak[] = [
      { kind: 'lm', steps: tries },
      { kind: 'images', steps: Math.ceil(tries / SHARE) },
    ]
    for (const job of jobs) {
      const { ok, stdout, said } = await runProgram('soak', job)
      if (!ok) {
        failed.push(`${job.kind}: ended with an error: ${said}`)
        continue
      }
      const { half, end, broken } = JSON.parse(stdout) as Soaked
      notes.push(`${job.kind}, ${job.steps} steps: ${shown(half)}, then ${shown(end)}`)
      if (broken > 0) failed.push(`${job.kind}: ${broken} losses are not finite`)
      const grew =
        end.tensors > half.tensors ||
        end.wasmBytes > half.wasmBytes ||
        end.residentBytes > half.residentBytes + SLACK
      if (end.threads < half.threads) failed.push(`${job.kind}: a thread of ${half.threads} died`)
      if (grew) failed.push(`${job.kind}: memory grew from ${shown(half)} to ${shown(end)}`)
    }
    return { tried: jobs.reduce((sum, { steps }) => sum + steps, 0), failed, notes }
  },
}

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
const shown = ({ tensors, wasmBytes, residentBytes }: Look): string =>
  `${tensors} tensors, ${mib(wasmBytes)} of wasm memory, ${mib(residentBytes)} resident`
