import { type BatchNormOptions, batchNorm, batchNormInference, valueAndGrads } from '@dl/core'
import {
  add,
  dispose,
  mul,
  ones,
  sum,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  expectGolden,
  type Golden,
  hashed,
  readFixture,
  relativeError,
} from '../../../scripts/golden'
import {
  BACKWARD,
  draws,
  expectClose,
  FORWARD,
  oneOf,
  registerComposed,
  reseed,
  run,
  size,
  uniform,
} from './kernels'
import type { Values } from './reference'
import * as reference from './reference'

interface Case {
  shape: number[]
  training: boolean
  affine: boolean
  relu: boolean
  offset: number
  eps: number
  results: Record<string, Golden>
}

describe('batch norm', () => {
  it.each(readFixture<Case[]>(import.meta.url, 'batch-norm'))(
    'is PyTorch’s for $shape + $offset, training $training, affine $affine, relu $relu, eps $eps',
    async ({ shape, training, affine, relu, offset, eps, results }) => {
      const channels = shape.at(-1)!
      const about = (seed: number, plus: number, scale = 1) => {
        const drawn = hashed(seed, [channels], scale)
        const moved = add(drawn, plus)
        drawn.dispose()
        return moved
      }
      const [drawn, gamma, beta] = [hashed(1, shape), hashed(2, [channels]), hashed(3, [channels])]
      const [x, mean, variance] = [add(drawn, offset), about(4, offset), about(5, 1, 0.5)]
      const options: BatchNormOptions = {
        ...(affine && { gamma, beta }),
        ...(relu && { relu: 'before' as const }),
        eps,
      }
      const normalise = () =>
        training
          ? batchNorm(x, options)
          : { output: batchNormInference(x, { mean, variance }, options) }
      const made: Partial<ReturnType<typeof batchNorm>> = normalise()
      await expectGolden('output', made.output!, results.output!, 1e-5)
      if (training) {
        await expectGolden('mean', made.mean!, results.mean!, 1e-5)
        const values = x.size / channels
        const unbiased = mul(made.variance!, values / (values - 1))
        await expectGolden('variance', unbiased, results.unbiased!, 1e-5)
        unbiased.dispose()
      }
      const step = valueAndGrads(
        () => sum(mul(normalise().output, hashed(6, shape))),
        affine ? [x, gamma, beta] : [x],
      )
      await expectGolden('dx', step.grads[0]!, results.dx!)
      if (affine) {
        await expectGolden('dgamma', step.grads[1]!, results.dgamma!)
        await expectGolden('dbeta', step.grads[2]!, results.dbeta!)
      }
      step.dispose()
      dispose([drawn, x, gamma, beta, mean, variance, ...Object.values(made)])
    },
  )

  it('has statistics that no gradient flows through', () => {
    const x = hashed(1, [4, 3])
    const step = valueAndGrads(() => {
      const { mean, variance } = batchNorm(x)
      return add(sum(mean), sum(variance))
    }, [x])
    expect(step.grads).toEqual([null])
    step.dispose()
    x.dispose()
  })

  it('keeps five digits of a variance of 1 behind a mean of 1000', async () => {
    const noise = uniform([4099, 2], Math.sqrt(3))
    const data = Float32Array.from(noise.data, value => value + 1000)
    const attrs = { eps: 0, training: true, relu: false }
    const { outputs } = reference.batchNorm({ x: { ...noise, data }, dy: noise }, attrs)
    const x = tensor(data, noise.shape)
    const made = batchNorm(x, { eps: 0 })
    const values = await Promise.all([made.output, made.mean, made.variance].map(t => t.data()))
    values.forEach((actual, i) => {
      expect(relativeError(actual, outputs[i]!.data), `result ${i}`).toBeLessThan(1e-5)
    })
    dispose([x, ...Object.values(made)])
  })

  const wrong: Record<string, (x: Tensor, three: Tensor, four: Tensor) => unknown> = {
    'x without a channel axis': (_, three) => batchNorm(three),
    'gamma of another size': (x, _, four) => batchNorm(x, { gamma: four }),
    'a mean of another size': (x, three, four) =>
      batchNormInference(x, { mean: four, variance: three }),
    'a single value for each channel': () => batchNorm(ones([1, 3])),
  }
  it('complains about shapes by name', () => {
    const inputs: [Tensor, Tensor, Tensor] = [zeros([2, 3]), zeros([3]), ones([4])]
    const messages = Object.entries(wrong).map(([name, f]) => {
      try {
        tidy(() => {
          f(...inputs)
        })
      } catch (error) {
        return `${name}: ${(error as Error).message}`
      }
      return name
    })
    expect(messages).toMatchInlineSnapshot(`
      [
        "x without a channel axis: batchNorm got x as float32 [3]; expected float32 […, C], of at least two dimensions.",
        "gamma of another size: batchNorm got gamma as float32 [4]; expected float32 [3]: one for each channel of x.",
        "a mean of another size: batchNormInference got mean as float32 [4]; expected float32 [3]: one for each channel of x.",
        "a single value for each channel: batchNorm got x of shape [1, 3], 1 for each channel; expected at least 2 values for each channel. Use larger batches (drop a last one of one item), or batchNormInference.",
      ]
    `)
    dispose(inputs)
  })
})

describe('its kernels', () => {
  beforeAll(registerComposed)
  beforeEach(reseed)

  const cases = [
    ...draws(8, () => ({ shape: [size() + 1, size()] })),
    ...draws(4, () => ({ shape: [size() + 1, size(), size(), oneOf(1, 3, 4, 7)] })),
    { shape: [67, 129] },
    { shape: [5, 13, 17, 37] },
    { shape: [1031, 1] },
    { shape: [2, 1031] },
  ].flatMap(spec =>
    [true, false].flatMap(training => [true, false].map(relu => ({ ...spec, training, relu }))),
  )
  it.each(cases)('are the formulas’ for $shape, training $training, relu $relu', async spec => {
    const { shape, ...options } = spec
    const channels = [shape.at(-1)!]
    const attrs = { eps: 1e-3, ...options }
    const spread = uniform(channels)
    const variance = { shape: channels, data: spread.data.map(v => 1 + v / 2) as Float32Array }
    const inputs = {
      x: uniform(shape),
      ...(oneOf(true, false) && { gamma: uniform(channels) }),
      ...(oneOf(true, false) && { beta: uniform(channels) }),
      ...(!attrs.training && { mean: uniform(channels), variance }),
    }
    const dy = uniform(shape)
    const { outputs, gradients } = reference.batchNorm({ ...inputs, dy }, attrs)
    const made = await run('DlBatchNorm', inputs, attrs)
    expectClose('DlBatchNorm', made.slice(0, 4), outputs, FORWARD)
    const exact = outputs[1]!.data
    const ofMean = Float64Array.from(exact, (_, c) => made[1]!.data[c]! + made[4]!.data[c]!)
    expect(relativeError(ofMean, exact), 'the mean with its rest').toBeLessThan(1e-6)
    const [, mean, ofBatch, scale] = outputs.map(({ shape, data }) => ({
      shape,
      data: Float32Array.from(data),
    }))
    const beyond = Float32Array.from(exact, (m, c) => m - mean!.data[c]!)
    const rest: Values = { shape: channels, data: beyond }
    const saved = { mean: mean!, variance: ofBatch!, scale: scale!, rest }
    const actual = await run('DlBatchNormGrad', { x: inputs.x, dy, ...saved }, attrs)
    expectClose('DlBatchNormGrad', actual, gradients, BACKWARD)
  })
})
