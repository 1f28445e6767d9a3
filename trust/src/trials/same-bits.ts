/** One seed gives one curve on backend-wasm, with any number of threads, native or not. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Trial } from '../trial'
import { run } from './kill-and-resume'

const KINDS = ['lm', 'images'] as const
const VARIANTS = ['1', '2', '3'].flatMap(DL_THREADS =>
  ['', '0'].map(DL_NATIVE => ({ DL_THREADS, DL_NATIVE })),
)

export const sameBits: Trial = {
  name: 'same-bits',
  claim: 'one seed gives the same bits with 1, 2 and 3 threads, native or not',
  short: 3,
  long: KINDS.length * VARIANTS.length,
  async run({ tries, folder }) {
    const failed: string[] = []
    const notes: string[] = []
    const first = new Map<string, string>()
    for (let i = 0; i < tries; i++) {
      const kind = KINDS[Math.floor(i / VARIANTS.length) % KINDS.length]!
      const env = VARIANTS[i % VARIANTS.length]!
      const own = join(folder, String(i))
      await mkdir(own)
      const { curve, said } = await run({ kind, folder: own, epochs: 1 }, env)
      const how = `${kind}, ${env.DL_THREADS} threads, DL_NATIVE='${env.DL_NATIVE}'`
      if (curve === null) {
        failed.push(`${how}: ended with an error: ${said}`)
        continue
      }
      const { losses, weights, native, threads } = curve
      notes.push(`${how}: ran with ${threads} threads, native: ${native ?? 'none'}`)
      const bits = JSON.stringify({ losses, weights })
      const known = first.get(kind) ?? bits
      first.set(kind, known)
      if (bits !== known) failed.push(`${how}: other bits than the first run of ${kind}`)
    }
    return { tried: tries, failed, notes }
  },
}
