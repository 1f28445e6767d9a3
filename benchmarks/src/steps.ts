/**
 * Training steps inside `fit`, on random-length batches where the model reads text: native kernels
 * against the same on WebAssembly, TensorFlow, PyTorch and tfjs-layers. `npm run bench -- steps`
 */
import { STEPS, type Step } from './cases/step'
import type { Peer } from './harness/peer'
import { peerProgram, torchProgram, withoutNative } from './harness/programs'
import type { Measurement, Memory, Question } from './harness/protocol'
import { type Contestant, type RaceResult, type Row, ratioBetween, rowOf } from './harness/race'
import { least, median, most } from './harness/statistics'
import { type Suite, suite } from './harness/suite'
import type { Values } from './harness/targets'

interface Measured {
  step: Step
  row: Row
  result: RaceResult
}

await suite('steps', async context => {
  const { quick, start } = context
  const layers = await Promise.all(
    ['wasm', 'cpu'].map(backend =>
      start(`tfjs-layers on ${backend}`, peerProgram('steps-layers', backend)),
    ),
  )
  const measured: Measured[] = []
  let ours: Peer | null = null
  for (const step of STEPS) {
    if (quick && !step.targeted) continue
    if (!context.timeFor(step.name)) continue
    const one = await measure(step, layers, context)
    ours = one.ours
    measured.push(one)
  }
  if (ours === null) throw new Error('nothing was measured')
  return { ours, rows: measured.map(({ row }) => row), targets: targetsOf(measured, ours) }
})

function targetsOf(measured: readonly Measured[], ours: Peer): Values {
  const targeted = measured.filter(({ step }) => step.targeted)
  const short = (...cells: string[]) =>
    targeted.filter(({ step }) => cells.includes(step.task.cell as string))
  const images = targeted.filter(({ step }) => step.task.net === 'resnet2')
  // without native kernels ours is WebAssembly
  const native = ours.hello.native ? 'ours' : 'none'
  const wasm = ours.hello.native ? 'wasm' : 'ours'
  const slowest = (one: string, other: string, among: readonly Measured[]) =>
    least(among.map(({ result }) => ratioBetween(result, one, other)))
  const last = measured.flatMap(({ result }) => result.ours.at(-1) ?? [])
  return {
    P5: slowest(
      native,
      'torch',
      measured.filter(({ step }) => step.task.cell === 'lstm'),
    ),
    P5_wasm: slowest(wasm, 'torch', short('lstm')),
    P6: slowest(native, 'torch', short('rnn', 'gru')),
    P6_wasm: slowest(wasm, 'torch', short('rnn', 'gru')),
    P7: slowest(native, 'torch', images),
    P7_wasm: slowest(wasm, 'torch', images),
    P8: least(targeted.map(({ row }) => row.ratio['tfjs-layers'])),
    P9: slowest('node', 'torch', short('lstm')),
    P9_images: slowest('node', 'torch', images),
    P13: most(targeted.map(({ row }) => row.ours?.outside)),
    P15: most(measured.map(memoryRatio)),
    P15_tensors: most(last.map(({ memory }) => memory?.tensorsLeft)),
    P17: slowest(native, 'wasm', short('lstm')),
  }
}

/** Each step has processes of its own, as their peak of memory never falls. */
async function measure(
  step: Step,
  layers: readonly (Peer | null)[],
  { start, race, quick }: Suite,
): Promise<Measured & { ours: Peer }> {
  const { name, task } = step
  const batches = quick ? Math.ceil(step.batches / 2) : step.batches
  const program = peerProgram('steps-ours', 'wasm')
  const ours = await start('ours', program)
  if (ours === null) throw new Error('ours did not start')
  const { native, threads } = ours.hello
  const wasm = native ? await start('wasm', withoutNative(program)) : null
  const node = quick ? null : await start('node', peerProgram('steps-ours', 'node'))
  const torch = await start('torch', torchProgram(threads))
  const own: Contestant = { name, peer: ours, question: { task, batches } }
  const others = [wasm, node, torch]
    .filter(peer => peer !== null)
    .map((peer): Contestant => {
      return { name: peer.name, peer, question: ({ lengths }) => ({ task, batches, lengths }) }
    })
  const result = await race(own, others)
  for (const peer of [ours, wasm, node, torch]) peer?.close()
  // so far behind that once is enough
  const theirs = await firstAble(layers, fewOf(task, quick))
  const items = result.ours[0]?.items
  if (theirs && items) result.times['tfjs-layers'] = [(theirs.ms / theirs.items!) * items]
  const row = rowOf({ name }, result)
  if (row.ours) row.ours.outside = median(result.ours.map(({ outside }) => outside!))
  const peak = memoryRatio({ step, row, result })
  if (peak !== null)
    process.stderr.write(`${name}: ${peak.toFixed(2)} of PyTorch's peak of memory\n`)
  return { step, row, result, ours }
}

/** What tfjs-layers does in reasonable time; compared for each item. Only the smallest net is quick there. */
function fewOf(task: Step['task'], quick: boolean): Question {
  const bs = task.net === 'simple' ? task.bs! : quick ? 2 : 4
  return { task: { ...task, bs }, lengths: [typeof task.bptt === 'number' ? task.bptt : 1] }
}

/** The answer of the first that has one: of backends, the fastest that has all kernels. */
async function firstAble(
  peers: readonly (Peer | null)[],
  question: Question,
): Promise<Measurement | null> {
  for (const peer of peers) {
    const measured = (await peer?.measure(question)) ?? null
    if (measured !== null) return measured
  }
  return null
}

/** Growth of the resident set to its peak, against PyTorch's. */
function memoryRatio({ result }: Measured): number | null {
  const peak = (memory?: Memory) => memory?.peakBytes ?? null
  const [own, theirs] = [peak(result.ours.at(-1)?.memory), peak(result.last.torch?.memory)]
  return own === null || theirs === null || theirs <= 0 ? null : own / theirs
}
