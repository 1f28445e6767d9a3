import { DlError, showValue } from '@dl/core'
import { softmax, type Tensor } from '@tensorflow/tfjs-core'
import { checkProbabilities, checkRows, type Rows, rowsOf } from './metrics/rows-of'

/** `worst` and `best` go by the loss, `uncertain` by how close the two likeliest classes are. */
export type Ranking = 'worst' | 'best' | 'uncertain'

/**
 * What was predicted, as `learn.tta` gives it (probabilities [N, C]) or as `learn.predictWithTargets`
 * does (logits or log-probabilities [N, C]), and what was right (int32 labels [N]).
 */
export type Judged = { targets: Tensor } & (
  | { probabilities: Tensor; predictions?: undefined }
  | { predictions: Tensor; probabilities?: undefined }
)

/** An item and how it was judged. */
export interface RankedItem {
  /** Its place in the loader. */
  index: number
  /** −log of `probability`. */
  loss: number
  /** The right class. */
  actual: number
  /** The likeliest class. */
  predicted: number
  /** Given to the right class. */
  probability: number
  /** Given to the predicted class. */
  confidence: number
}

/** The least float32 has, so that a loss is finite. */
const LEAST = 2 ** -126

/**
 * Items by how well they were predicted, to look at those that tell most. Equals stay in order.
 *
 * @throws DlError `not-probabilities`, `shape-mismatch`, `bad-label`
 *
 * @example
 * ```ts
 * import { rankPredictions } from '@dl/train'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const probabilities = tensor([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
 * const targets = tensor([0, 1, 0], [3], 'int32')
 * const [worst] = await rankPredictions({ probabilities, targets })
 * worst!.index // → 2
 * const [unsure] = await rankPredictions({ probabilities, targets }, 'uncertain')
 * unsure!.index // → 1
 * probabilities.dispose()
 * targets.dispose()
 * ```
 */
export async function rankPredictions(
  judged: Judged,
  which: Ranking = 'worst',
): Promise<RankedItem[]> {
  if (!Object.keys(KEYS).includes(which)) {
    throw new DlError('bad-option', {
      problem: `the ranking is ${showValue(which)}`,
      expected: `one of ${Object.keys(KEYS).join(', ')}`,
    })
  }
  const key = KEYS[which]
  const { scores, labels, classes } = await probabilityRows(judged)
  const ranked = Array.from(labels, (actual, index) => {
    const row = scores.subarray(index * classes, (index + 1) * classes)
    return { item: itemOf(index, actual, row), row }
  })
  return ranked.sort((a, b) => key(a) - key(b)).map(({ item }) => item)
}

const KEYS: Record<Ranking, (of: { item: RankedItem; row: Float32Array }) => number> = {
  worst: ({ item }) => -item.loss,
  best: ({ item }) => item.loss,
  uncertain: ({ item, row }) =>
    item.confidence - Math.max(...row.filter((_, label) => label !== item.predicted)),
}

function itemOf(index: number, actual: number, row: Float32Array): RankedItem {
  const confidence = Math.max(...row)
  const probability = row[actual]!
  const loss = -Math.log(Math.max(probability, LEAST))
  return { index, loss, actual, predicted: row.indexOf(confidence), probability, confidence }
}

async function probabilityRows(judged: Judged): Promise<Rows> {
  const { predictions, probabilities, targets } = (judged ?? {}) as Judged
  checkRows('rankPredictions', (probabilities ?? predictions)!, targets)
  const given = probabilities ?? softmax(predictions!)
  try {
    const rows = await rowsOf('rankPredictions', given, targets)
    checkProbabilities('rankPredictions', rows.scores, rows.classes)
    return rows
  } finally {
    if (given !== probabilities) given.dispose()
  }
}
