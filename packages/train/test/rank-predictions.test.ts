import { type Judged, type Ranking, rankPredictions } from '@dl/train'
import { log, mul, softmax, tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const ROWS = [
  [0.7, 0.2, 0.1],
  [0, 1, 0],
  [0.4, 0.35, 0.25],
  [0.1, 0.1, 0.8],
]
const LABELS = [0, 0, 1, 2]

const given = () => ({ probabilities: tensor(ROWS), targets: tensor(LABELS, [4], 'int32') })
const free = (judged: Judged) => {
  for (const t of Object.values(judged)) t?.dispose()
}
const order = async (judged: Judged, which?: Ranking) =>
  (await rankPredictions(judged, which)).map(({ index }) => index)

it('puts worst, best or least certain first', async () => {
  const judged = given()
  expect(await order(judged)).toEqual([1, 2, 0, 3])
  expect(await order(judged, 'best')).toEqual([3, 0, 2, 1])
  expect(await order(judged, 'uncertain')).toEqual([2, 0, 3, 1])
  free(judged)
})

it('says of each item what was predicted, how surely, and what was right', async () => {
  const judged = given()
  const [worst, next] = await rankPredictions(judged)
  // a loss is finite, so that sums and tables are
  expect(worst).toEqual({
    index: 1,
    loss: 126 * Math.LN2,
    actual: 0,
    predicted: 1,
    probability: 0,
    confidence: 1,
  })
  expect(next).toMatchObject({ index: 2, actual: 1, predicted: 0 })
  expect(next!.loss).toBeCloseTo(-Math.log(0.35), 6)
  expect(next!.confidence).toBeCloseTo(0.4, 6)
  free(judged)
})

it('takes logits and log-probabilities, too', async () => {
  const targets = tensor(LABELS, [4], 'int32')
  const logits = tensor(
    ROWS.flat().map(p => 3 * p),
    [4, 3],
  )
  const probabilities = softmax(logits)
  const logs = log(probabilities)
  const losses = async (judged: Judged) =>
    (await rankPredictions(judged)).map(({ loss }) => expect.closeTo(loss, 5))
  const expected = await losses({ probabilities, targets })
  for (const predictions of [logits, logs]) {
    const ranked = await rankPredictions({ predictions, targets })
    expect(ranked.map(({ loss }) => loss)).toEqual(expected)
  }
  free({ probabilities, targets })
  for (const t of [logits, logs]) t.dispose()
})

it('refuses what it cannot judge', async () => {
  const { probabilities, targets } = given()
  const message = (run: Promise<unknown>) =>
    run.then(
      () => 'nothing',
      (error: Error) => error.message,
    )
  expect(await message(rankPredictions({ probabilities, targets }, 'odd' as Ranking))).toBe(
    'the ranking is "odd"; expected one of worst, best, uncertain.',
  )
  const logs = mul(probabilities, -1)
  expect(await message(rankPredictions({ probabilities: logs, targets }))).toMatch(
    /^rankPredictions got -0\.699\d+ for class 0 of item 0; expected probabilities, from 0 to 1\./,
  )
  const few = zeros([2, 3])
  expect(await message(rankPredictions({ probabilities: few, targets }))).toMatch(
    /^rankPredictions got predictions of shape \[2, 3\] and targets of \[4\]/,
  )
  for (const t of [probabilities, targets, logs, few]) t.dispose()
})
