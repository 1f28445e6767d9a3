/** The learning rate range test on a net of the same plan; the run in progress knows nothing of it. */
import { type Callback, lrFinder } from '@dl/callbacks'
import { useBackend } from '@dl/example-char-lm-web/use-backend'
import { crossEntropy } from '@dl/layers'
import { fit } from '@dl/train'
import { language } from './language'
import type { Found, Job, News } from './protocol'

/** Enough for a smooth curve, whatever the text's length. */
const BATCHES = 120
const EVERY_MS = 100

export async function findLr({ backend, plan, own }: Job, say: (news: News) => void) {
  await useBackend(backend)
  const { data, model, lo, dispose } = await language(plan, own)
  const finder = lrFinder(model, lo, { batches: BATCHES })
  const found: Found = { lrs: [], losses: [], smooth: [] }
  let saidAt = 0
  const audience: Callback = {
    name: 'audience',
    onBatchEnd({ lr, loss, smoothLoss }) {
      found.lrs.push(lr)
      found.losses.push(loss)
      found.smooth.push(smoothLoss)
      if (performance.now() - saidAt < EVERY_MS) return
      saidAt = performance.now()
      say({ kind: 'sweep', ...found })
    },
  }
  try {
    const epochs = Math.ceil(BATCHES / data.train.length)
    await fit(model, { train: data.train }, epochs, lo, crossEntropy, {
      callbacks: [finder, audience],
    })
    const { lrs, losses, smoothed, suggestions } = finder.result!
    say({
      kind: 'found',
      ...suggestions,
      ...{ lrs: [...lrs], losses: [...losses], smooth: [...smoothed] },
    })
  } finally {
    dispose()
  }
}
