/**
 * Test-time augmentation: predictions of each item as it is and several times as training would see
 * it, averaged.
 */
import { DlError, showShape, showValue } from '@dl/core'
import type { DataLoader } from '@dl/data'
import {
  clone,
  dispose,
  exp,
  logSigmoid,
  logSoftmax,
  mean,
  stack,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core'
import { checkLoader } from './batches'
import type { TrainableModel, TrainData } from './model'
import { predictions as outputsOver } from './predict'
import { undisturbed } from './undisturbed'

export interface TtaOptions {
  /** Passes with augmentation (default 4); beside them the plain predictions count ⌈nAug/4⌉ times. */
  nAug?: number
  /** Whether items may have several labels: probabilities by sigmoid, not softmax (default false). */
  multiLabel?: boolean
}

/** Probabilities [N, C] and what would have been right. Yours to dispose. */
export interface TtaResult {
  probabilities: Tensor2D
  targets: Tensor
}

/** All passes' log-probabilities [⌈nAug/4⌉ + nAug, N, C], plain ones first. Yours to dispose. */
export interface TtaStack {
  logProbabilities: Tensor3D
  targets: Tensor
}

/**
 * The stack that fast.ai returned, of a model that gives logits or log-probabilities (for several
 * labels: logits).
 *
 * @param loader items as they are
 * @param aug the same items in the same order, augmented anew in each epoch
 */
export async function ttaStack(
  model: TrainableModel,
  loader: DataLoader,
  aug: DataLoader,
  { nAug = 4, multiLabel = false }: TtaOptions = {},
): Promise<TtaStack> {
  checkLoader(loader, 'given')
  checkLoader(aug, 'augmented')
  if (!Number.isInteger(nAug) || nAug < 1) {
    throw new DlError('bad-option', {
      problem: `nAug is ${showValue(nAug)}`,
      expected: 'an integer of at least 1',
    })
  }
  const log = multiLabel ? logSigmoid : logSoftmax
  const passes: Tensor[] = []
  let right: Tensor | null = null
  const work = async () => {
    for (let pass = 0; pass <= nAug; pass++) {
      model.resetState()
      const { predictions, targets } = await outputsOver(model, pass === 0 ? loader : aug)
      passes.push(tidy(() => log(predictions)))
      predictions.dispose()
      if (right === null) right = targets
      else await checkSameItems(right, targets)
    }
  }
  try {
    await undisturbed(model, 'tta', work)
    const plain = Array<Tensor>(Math.ceil(nAug / 4)).fill(passes[0]!)
    const logProbabilities = stack([...plain, ...passes.slice(1)]) as Tensor3D
    return { logProbabilities, targets: clone(right!) }
  } finally {
    dispose(passes)
    ;(right as Tensor | null)?.dispose()
  }
}

/** The loader that shows the items of `loader` augmented. */
export function augmentedOf(
  { validation, aug, test, testAug }: TrainData,
  loader: DataLoader,
): DataLoader {
  const found = loader === validation ? aug : loader === test ? testAug : undefined
  if (found) return found
  throw new DlError('no-augmentation', {
    problem: 'the data has no augmented loader for these items',
    expected: '`aug` beside `validation`, `testAug` beside `test`, or a loader as the option `aug`',
  })
}

/** The mean over the passes of a stack, as probabilities. */
export const averaged = ({ logProbabilities, targets }: TtaStack): TtaResult => {
  const probabilities = tidy(() => mean(exp(logProbabilities), 0) as Tensor2D)
  logProbabilities.dispose()
  return { probabilities, targets }
}

/** Frees the targets of a pass; averaging over different items would go unnoticed. */
async function checkSameItems(right: Tensor, targets: Tensor): Promise<void> {
  try {
    const [a, b] = await Promise.all([right.data(), targets.data()])
    if (a.length === b.length && a.every((value, i) => value === b[i])) return
    throw new DlError('order-mismatch', {
      problem: `targets of shape ${showShape(targets.shape)} of the augmented loader differ from those of the plain one, of ${showShape(right.shape)}`,
      expected: 'the same items in the same order',
      fix: 'Give a loader that does not shuffle.',
    })
  } finally {
    targets.dispose()
  }
}
