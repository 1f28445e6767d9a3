/**
 * Training steps of the lesson's language models, inside `fit` on random-length batches.
 * `npm run bench -- steps`
 */
import { manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { type Cell, CharLM, LanguageModelLoader } from '@dl/text'
import { fit } from '@dl/train'
import { median, type Row, suite } from './_suite'

const VOCAB = 56

const MODELS: { cell: Cell; hidden: number; layers: number; bptt: number; slow?: boolean }[] = [
  { cell: 'rnn', hidden: 256, layers: 1, bptt: 8 },
  { cell: 'gru', hidden: 256, layers: 1, bptt: 8 },
  { cell: 'lstm', hidden: 512, layers: 2, bptt: 8 },
  { cell: 'lstm', hidden: 512, layers: 2, bptt: 70, slow: true },
]

await suite(async ({ quick }) => {
  const rows: Row[] = []
  for (const { cell, hidden, layers, bptt, slow } of MODELS) {
    if (quick && slow) continue
    const ms = await step({ cell, hidden, layers, bptt }, quick ? 8 : 40)
    rows.push({ name: `${cell} ${layers}×${hidden}, bs 64, bptt ${bptt}`, ms })
  }
  return rows
})

async function step(
  { cell, hidden, layers, bptt }: (typeof MODELS)[number],
  batches: number,
): Promise<number> {
  const ids = Int32Array.from(manualSeed(1).words(64 * bptt * batches), word => word % VOCAB)
  const loader = new LanguageModelLoader(ids, { bs: 64, bptt, seed: 1 })
  const model = new CharLM({ vocab: VOCAB, cell, hidden, layers, dropout: layers > 1 ? 0.5 : 0 })
  const lo = new LayerOptimizer(adam, model, 1e-3)
  const times: number[] = []
  let start = 0
  const timer = {
    name: 'timer',
    onBatchBegin() {
      start = performance.now()
    },
    onBatchEnd() {
      times.push(performance.now() - start)
    },
  }
  await fit(model, { train: loader }, 1, lo, crossEntropy, { callbacks: [timer] })
  lo.dispose()
  model.dispose()
  // the first steps warm up the engine and the allocator
  return median(times.slice(Math.floor(times.length / 4)))
}
