/** A damaged checkpoint is found out by its sum, named, and passed over for the one before. */
import { encodeCheckpoint, lossRecorder, readCheckpoint, verifyCheckpoint } from '@dl/callbacks'
import { DlError, type Generator } from '@dl/core'
import { memoryStorage } from '@dl/data'
import type { Outcome, Trial, TrialContext } from '../trial'

/** Places at which each file is cut: every fiftieth of its length. */
const CUTS = 50

/** Values as a run has them, of a size that is drawn. No tensor, so that no backend is needed. */
function state(random: Generator) {
  const losses = [...random.uniform(1 + random.int(4000))]
  const { name } = lossRecorder()
  const run = { step: losses.length, loss: Number.NaN, history: [{ epoch: 0, trnLoss: losses[0] }] }
  return { tensors: {}, values: { run, callbacks: { [name]: { losses } } } }
}

/** One way to damage a file, and what it is called. */
function damaged(bytes: Uint8Array, i: number, random: Generator): [string, Uint8Array] {
  if (i < CUTS)
    return [`cut at ${i}/${CUTS}`, bytes.subarray(0, Math.floor((i * bytes.length) / CUTS))]
  const other = bytes.slice()
  const at = random.int(bytes.length)
  const kind = random.int(4)
  if (kind === 0) {
    const bit = random.int(8)
    other[at]! ^= 1 << bit
    return [`bit ${bit} of byte ${at} turned`, other]
  }
  if (kind === 1) {
    const flipped = 1 + random.int(16)
    for (let k = 0; k < flipped; k++) other[random.int(bytes.length)]! ^= 1 + random.int(255)
    return [`${flipped} bytes changed`, other]
  }
  if (kind === 2) {
    const length = 1 + random.int(bytes.length - at)
    // a block that never reached the disk
    other.fill(0, at, at + length)
    return [`bytes ${at} to ${at + length} lost`, other]
  }
  const more = new Uint8Array(bytes.length + 1 + random.int(64))
  more.set(bytes)
  return [`${more.length - bytes.length} bytes added`, more]
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

async function attack({ tries, random }: TrialContext): Promise<Outcome> {
  const failed: string[] = []
  const codes = new Map<string, number>()
  let bytes = new Uint8Array() as Uint8Array
  const storage = memoryStorage()
  let tried = 0
  for (let i = 0; tried < tries; i++) {
    const within = i % (4 * CUTS)
    if (within === 0) {
      bytes = await encodeCheckpoint(state(random), { step: '2' })
      await storage.write('run_1.safetensors', bytes)
      await verifyCheckpoint(bytes)
    }
    const [how, other] = damaged(bytes, within, random)
    // zeros over zeros are no damage
    if (equal(bytes, other)) continue
    tried++
    await storage.write('run_2.safetensors', other)
    const error = await readCheckpoint({ path: 'run', storage }).then(
      () => null,
      (problem: unknown) => problem,
    )
    const code = DlError.is(error) ? error.code : String(error)
    codes.set(code, (codes.get(code) ?? 0) + 1)
    const named = DlError.is(error) && error.message.includes('run_2.safetensors')
    if (!named) failed.push(`${how}: ${error === null ? 'was taken for whole' : code}`)
    if (code !== 'damaged-checkpoint') continue
    const before = await readCheckpoint({ path: 'run', storage, skipDamaged: true }).catch(
      (problem: unknown) => ({ path: String(problem) }),
    )
    if (before.path !== 'run_1.safetensors') failed.push(`${how}: went on from ${before.path}`)
  }
  const counts = [...codes].map(([code, count]) => `${code} ${count}`)
  return { tried, failed, notes: [`errors: ${counts.join(', ')}`] }
}

export const damagedCheckpoints: Trial = {
  name: 'damaged-checkpoints',
  claim: 'a checkpoint that is cut or changed is named, and the one before goes on',
  short: 400,
  long: 20_000,
  run: attack,
}
