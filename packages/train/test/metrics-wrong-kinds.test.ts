/** Metrics called with wrong kinds of arguments give DlErrors, never TypeErrors. */
import { DlError } from '@dl/core'
import {
  accuracy,
  accuracyThreshold,
  confusionMatrix,
  f1,
  fBeta,
  logLoss,
  mae,
  precision,
  r2,
  recall,
  rmse,
  topK,
} from '@dl/train'
import { expect, it } from 'vitest'

const kinds: unknown[] = [undefined, null, 3, Number.NaN, 'f1', {}, [], () => 1, Symbol('s'), true]

// biome-ignore lint/suspicious/noExplicitAny: whatever plain JavaScript gives
const calls: [string, ((...given: any[]) => unknown)[]][] = [
  ['accuracy', [accuracy.batch]],
  ['accuracyThreshold', [accuracyThreshold, accuracyThreshold().batch]],
  ['confusionMatrix', [confusionMatrix]],
  ['f1', [f1, f1().counts]],
  ['fBeta', [fBeta]],
  ['logLoss', [logLoss]],
  ['mae', [mae.counts]],
  ['precision', [precision]],
  ['r2', [r2.counts]],
  ['recall', [recall]],
  ['rmse', [rmse.counts]],
  ['topK', [topK, topK(2).batch]],
]

it.each(calls)('%s', async (_, ways) => {
  let refused = 0
  for (const call of ways) {
    for (const first of kinds) {
      for (const second of kinds) {
        try {
          await call(first, second)
        } catch (error) {
          expect(error).toSatisfy(DlError.is)
          refused++
        }
      }
    }
  }
  expect(refused).toBeGreaterThan(30)
})

it.each<[() => unknown, string]>([
  [
    () => precision({ averge: 'micro' } as object),
    'precision has no option averge; expected one of average, positive, threshold, logits, name. Did you mean average?',
  ],
  [() => f1('macro' as never), `f1's options are "macro"; expected an object with any of`],
  [() => fBeta('2' as never), 'beta is "2"; expected a number above 0.'],
  [() => topK(Number.NaN), 'k is NaN; expected an integer of at least 1.'],
  [() => accuracyThreshold(1), 'the threshold is 1; expected a probability between 0 and 1.'],
  [() => accuracyThreshold('0.5' as never), 'the threshold is "0.5"; expected a probability'],
  [() => mae.counts([1] as never, [1] as never), 'mae got [1] for its outputs; expected a tensor.'],
])('%s', (call, message) => {
  expect(call).toThrow(message)
})
