/**
 * Training steps inside `fit`, on random-length batches where the model reads text, against PyTorch
 * and tfjs-layers. `npm run bench -- steps`
 */
import { STEPS, type Step } from './cases/step'
import type { Peer } from './harness/peer'
import { peerProgram, torchProgram } from './harness/programs'
import type { Memory } from './harness/protocol'
import { type Contestant, type RaceResult, type Row, rowOf } from './harness/race'
import { least, most } from './harness/statistics'
import { type Suite, suite } from './harness/suite'

interface Measured {
  step: Step
  row: Row
  result: RaceResult
}

/** What tfjs-layers does in reasonable time; compared for each item. */
const FEW = 2

await suite('steps', async context => {
  const measured: Measured[] = []
  let ours: Peer | null = null
  for (const step of STEPS) {
    if (context.quick && !step.quick) continue
    if (!context.timeFor(step.name)) continue
    const one = await measure(step, context)
    ours = one.ours
    measured.push(one)
  }
  if (ours === null) throw new Error('nothing was measured')
  const slowest = (peer: string, of: (step: Step) => boolean = () => true) =>
    least(measured.filter(({ step }) => of(step)).map(({ row }) => row.ratio[peer]))
  const cell = ({ task }: Step, ...cells: string[]) =>
    task.bptt === 8 && cells.includes(task.cell as string)
  const last = measured.flatMap(({ result }) => result.ours.at(-1) ?? [])
  return {
    ours,
    rows: measured.map(({ row }) => row),
    targets: {
      P5: slowest('torch', step => cell(step, 'lstm')),
      P6: slowest('torch', step => cell(step, 'rnn', 'gru')),
      P7: slowest('torch', ({ task }) => task.net === 'resnet2'),
      P8: slowest('tfjs-layers'),
      P13: most(last.map(({ outside }) => outside)),
      P15: most(measured.map(memoryRatio)),
      P15_tensors: most(last.map(({ memory }) => memory?.tensorsLeft)),
    },
  }
})

/** Each step has processes of its own, as their peak of memory never falls. */
async function measure(
  step: Step,
  { start, race, quick }: Suite,
): Promise<Measured & { ours: Peer }> {
  const { name, task } = step
  const batches = quick ? Math.ceil(step.batches / 2) : step.batches
  const ours = await start('ours', peerProgram('steps-ours'))
  if (ours === null) throw new Error('ours did not start')
  const [torch, layers] = await Promise.all([
    start('torch', torchProgram(ours.hello.threads)),
    start('tfjs-layers', peerProgram('steps-layers')),
  ])
  const own: Contestant = { name, peer: ours, question: { task, batches } }
  const others: Contestant[] = []
  if (torch) {
    others.push({ name: 'torch', peer: torch, question: ({ lengths }) => ({ task, lengths }) })
  }
  if (layers) {
    const question = { task: { ...task, bs: FEW }, batches: 1 }
    others.push({ name: 'tfjs-layers', peer: layers, question })
  }
  const result = await race(own, others)
  for (const peer of [ours, torch, layers]) peer?.close()
  const row = rowOf({ name }, result)
  const bytes = memoryRatio({ step, row, result })
  if (bytes !== null)
    process.stderr.write(`${name}: ${bytes.toFixed(2)} of PyTorch's peak of memory\n`)
  return { step, row, result, ours }
}

/** Growth of the resident set to its peak, against PyTorch's. */
function memoryRatio({ result }: Measured): number | null {
  const peak = (memory?: Memory) => memory?.peakBytes ?? null
  const [own, theirs] = [peak(result.ours.at(-1)?.memory), peak(result.last.torch?.memory)]
  return own === null || theirs === null || theirs <= 0 ? null : own / theirs
}
