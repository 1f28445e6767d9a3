import { type CrossEntropyOptions, crossEntropy, embedding, valueAndGrads } from '@dl/core'
import { add, matMul, mul, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, hashedIds, readFixture } from '../../../scripts/golden'

/** Compares the value and the gradients of Σ value · hashed(seed), and disposes the inputs. */
async function check(
  f: () => Tensor,
  seed: number,
  value: Golden,
  gradients: [Tensor, Golden][],
): Promise<void> {
  const forward = tidy(f)
  await expectGolden('value', forward, value)
  forward.dispose()
  const step = valueAndGrads(
    () => {
      const y = f()
      return sum(mul(y, hashed(seed, y.shape)))
    },
    gradients.map(([x]) => x),
  )
  for (const [i, [x, golden]] of gradients.entries()) {
    await expectGolden(`gradient ${i}`, step.grads[i]!, golden)
    x.dispose()
  }
  step.dispose()
}

interface CrossEntropyCase {
  shape: number[]
  scale: number
  ignore: number[]
  options: CrossEntropyOptions
  loss: Golden
  dlogits: Golden
}

describe('crossEntropy', () => {
  it.each(readFixture<CrossEntropyCase[]>(import.meta.url, 'cross-entropy'))(
    'is PyTorch’s for logits $shape times $scale, ignoring rows $ignore, $options',
    async ({ shape, scale, ignore, options, loss, dlogits }) => {
      const logits = hashed(1, shape, scale)
      const drawn = hashedIds(2, shape.slice(0, -1), shape.at(-1)!)
      const ids = await drawn.data()
      for (const row of ignore) ids[row] = options.ignoreIndex ?? -100
      const labels = tensor(ids, drawn.shape, 'int32')
      await check(() => crossEntropy(logits, labels, options), 3, loss, [[logits, dlogits]])
      drawn.dispose()
      labels.dispose()
    },
  )

  it('is 0 / 0 where every row is ignored, as in PyTorch, and 0 as a sum', async () => {
    const logits = hashed(1, [3, 4])
    const labels = tensor([-100, -100, -100], [3], 'int32')
    const mean = crossEntropy(logits, labels)
    const total = crossEntropy(logits, labels, { reduction: 'sum' })
    expect([...(await mean.data())]).toEqual([Number.NaN])
    expect([...(await total.data())]).toEqual([0])
    for (const t of [logits, labels, mean, total]) t.dispose()
  })

  it('refuses a reduction it does not know', () => {
    const logits = hashed(1, [3, 4])
    const labels = tensor([0, 1, 2], [3], 'int32')
    const options = { reduction: 'avg' } as unknown as CrossEntropyOptions
    expect(() => crossEntropy(logits, labels, options)).toThrowErrorMatchingInlineSnapshot(
      `[DlError: crossEntropy got reduction "avg"; expected 'mean', 'sum' or 'none'.]`,
    )
    for (const t of [logits, labels]) t.dispose()
  })
})

interface EmbeddingCase {
  rows: number
  width: number
  ids: number[]
  output: Golden
  dweight: Golden
}

describe('embedding', () => {
  it.each(readFixture<EmbeddingCase[]>(import.meta.url, 'embedding'))(
    'is PyTorch’s for a weight [$rows, $width] and ids $ids',
    async ({ rows, width, ids: shape, output, dweight }) => {
      const weight = hashed(1, [rows, width])
      const ids = hashedIds(2, shape, rows)
      await check(() => embedding(weight, ids), 3, output, [[weight, dweight]])
      ids.dispose()
    },
  )
})

type LinearCase = Record<'rows' | 'inputs' | 'outputs', number> &
  Record<'y' | 'dx' | 'dw' | 'db', Golden>

describe('matMul and add', () => {
  it.each(readFixture<LinearCase[]>(import.meta.url, 'linear'))(
    'are PyTorch’s linear for $rows rows, $inputs → $outputs',
    async ({ rows, inputs, outputs, y, dx, dw, db }) => {
      const x = hashed(1, [rows, inputs])
      const w = hashed(2, [inputs, outputs])
      const b = hashed(3, [outputs])
      await check(() => add(matMul(x, w), b), 4, y, [
        [x, dx],
        [w, dw],
        [b, db],
      ])
    },
  )
})
