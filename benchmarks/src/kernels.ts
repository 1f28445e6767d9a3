/** What single operations cost, against the processor and against others. `npm run bench -- kernels` */
import type { Case } from './cases/case'
import { convolutions, isThreeByThree } from './cases/conv'
import { products, roofs } from './cases/matmul'
import { others } from './cases/others'
import type { Peer } from './harness/peer'
import { peerProgram, torchProgram, withoutNative } from './harness/programs'
import { type Contestant, type Row, rowOf } from './harness/race'
import { least } from './harness/statistics'
import { type Suite, suite } from './harness/suite'

await suite('kernels', async context => {
  const { quick, start } = context
  const program = peerProgram('kernels-tfjs', 'ours')
  const ours = await start('ours', program)
  if (ours === null) throw new Error('ours did not start')
  const { native } = ours.hello
  const found = await Promise.all([
    native ? start('wasm', withoutNative(program)) : null,
    start('torch', torchProgram(ours.hello.threads)),
    start('tfjs-wasm', peerProgram('kernels-tfjs', 'tfjs-wasm')),
    start('jax-js', peerProgram('kernels-jax')),
    start('tfjs-cpu', peerProgram('kernels-tfjs', 'tfjs-cpu')),
  ])
  const cases = [...roofs, ...products(quick), ...convolutions(quick), ...others(quick)]
  const measured: { one: Case; row: Row }[] = []
  for (const one of cases) {
    if (!context.timeFor(one.name)) continue
    measured.push({ one, row: await measure(one, ours, found, context) })
  }
  const slowest = (measure: string, cases = measured) =>
    least(cases.map(({ row }) => row.ratio[measure]))
  const [thousand] = measured.filter(({ row }) => row.name === 'matMul 1024×1024·1024×1024')
  const ratio = thousand?.row.ratio ?? {}
  return {
    ours,
    rows: measured.map(({ row }) => row),
    targets: {
      [native ? 'P16' : 'P1']: ratio.roof ?? null,
      P2_tfjs: ratio['tfjs-wasm'] ?? null,
      P2_jax: ratio['jax-js'] ?? null,
      P3: slowest('plain'),
      P4: slowest(
        'matMul',
        measured.filter(({ one }) => isThreeByThree(one)),
      ),
    },
  }
})

async function measure(
  { name, task, flops, bytes, peers, measures = {} }: Case,
  ours: Peer,
  found: readonly (Peer | null)[],
  { quick, race }: Suite,
): Promise<Row> {
  const budgetMs = quick ? 5 : 30
  const own = { name, peer: ours, question: { task, budgetMs }, work: flops ?? 1 }
  const held = Object.entries(measures).map(
    ([measure, other]): Contestant => ({
      name: measure,
      peer: ours,
      question: { task: other.task, budgetMs },
      work: other.flops,
    }),
  )
  const rivals = found
    .filter(peer => peer && (peer.name === 'wasm' || (peers as string[]).includes(peer.name)))
    .map((peer): Contestant => ({ ...own, name: peer!.name, peer: peer! }))
  return rowOf({ name, flops, bytes }, await race(own, [...held, ...rivals]))
}
