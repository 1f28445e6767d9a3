/**
 * Pictures on their way to a net: augmented batches against the step that uses them up, and JPEG
 * files decoded, against Pillow. `npm run bench -- images`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Peer } from './harness/peer'
import { peerProgram, pillowProgram } from './harness/programs'
import type { Task } from './harness/protocol'
import { type Contestant, type Row, rowOf } from './harness/race'
import { type Suite, suite } from './harness/suite'

const BS = 256
const SIDE = 224

await suite('images', async context => {
  const ours = await context.start('ours', peerProgram('images-ours'))
  if (ours === null) throw new Error('ours did not start')
  const step = await context.start('Resnet2 step', peerProgram('steps-ours', 'wasm'))
  const augmented = await augmentation(ours, step, context)
  const decoded = await decoding(ours, context)
  return {
    ours,
    rows: [...augmented, ...decoded],
    targets: {
      P12: augmented[0]?.ratio['Resnet2 step'] ?? null,
      P12_decode: decoded[0]?.ratio.Pillow ?? null,
    },
  }
})

/** How many batches could be made while the net learns from one. */
async function augmentation(ours: Peer, step: Peer | null, context: Suite): Promise<Row[]> {
  const sets = { flip: 'flip, pad 4, crop, normalise', sideOn: 'turn, light, flip, pad 4, crop' }
  const task = { op: 'vision', net: 'resnet2', bs: BS }
  const others: Contestant[] =
    step === null ? [] : [{ name: step.name, peer: step, question: { task, batches: 1 } }]
  const rows: Row[] = []
  for (const [set, what] of Object.entries(sets)) {
    const name = `${BS} of 32×32: ${what}`
    if (!context.timeFor(name)) continue
    const question = { task: { op: 'augment', bs: BS, set }, budgetMs: 30 }
    rows.push(rowOf({ name }, await context.race({ name, peer: ours, question, work: BS }, others)))
  }
  return rows
}

async function decoding(ours: Peer, context: Suite): Promise<Row[]> {
  const count = context.quick ? 200 : 1000
  const name = `${count} JPEGs of 500×375 to ${SIDE}`
  if (!context.timeFor(name)) return []
  // it makes the files, too
  const pillow = await context.start('Pillow', pillowProgram())
  if (pillow === null) return []
  const folder = await mkdtemp(join(tmpdir(), 'dl-bench-'))
  try {
    await pillow.measure({ task: { op: 'write', folder, count } })
    const task: Task = { op: 'decode', folder, side: SIDE }
    const theirs = (title: string, draft: boolean): Contestant => ({
      name: title,
      peer: pillow,
      question: { task: { ...task, draft } },
      work: count,
    })
    const own = { name, peer: ours, question: { task, budgetMs: 1 }, work: count }
    const result = await context.race(own, [theirs('Pillow', false), theirs('Pillow, draft', true)])
    return [rowOf({ name }, result)]
  } finally {
    await rm(folder, { recursive: true })
  }
}
