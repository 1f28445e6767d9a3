/** Augmented batches against the step that uses them up. `npm run bench -- images` */
import type { Peer } from './harness/peer'
import { peerProgram } from './harness/programs'
import { type Contestant, type Row, rowOf } from './harness/race'
import { type Suite, suite } from './harness/suite'

const BS = 256

await suite('images', async context => {
  const ours = await context.start('ours', peerProgram('images-ours'))
  if (ours === null) throw new Error('ours did not start')
  const step = await context.start('Resnet2 step', peerProgram('steps-ours'))
  const augmented = await augmentation(ours, step, context)
  return {
    ours,
    rows: augmented,
    targets: {
      P12: augmented[0]?.ratio['Resnet2 step'] ?? null,
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
