/**
 * Batch normalisation (Ioffe and Szegedy, 2015) over all axes but the last, with the batch's own
 * statistics or with given ones, as one kernel forward and one backward.
 */
import {
  add,
  clone,
  mean,
  mul,
  relu,
  rsqrt,
  square,
  step,
  sub,
  sum,
  type Tensor,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { detach } from '../autograd/off-tape'
import { check, checkThat } from '../checks'
import { DlError, showShape } from '../errors'
import { defineFusedKernel } from '../fused/define'
import { present, sharedGradients } from '../fused/present'
import { checkOptions } from '../options'

/** `training`: mean and variance are those of x, not inputs. `relu`: of max(x, 0) in place of x. */
interface Attrs {
  eps: number
  training: boolean
  relu: boolean
}

const forward = defineFusedKernel<Attrs>({
  name: 'DlBatchNorm',
  composed({ x, gamma, beta, ...given }, attrs) {
    const input = attrs.relu ? relu(x!) : x!
    const { centred, mean, variance, rest } = attrs.training
      ? statisticsOf(input)
      : {
          centred: sub(input, given.mean!),
          mean: clone(given.mean!),
          variance: clone(given.variance!),
          rest: zerosLike(given.mean!),
        }
    const deviations = rsqrt(add(variance, attrs.eps))
    const scale = gamma ? mul(gamma, deviations) : deviations
    const scaled = mul(centred, scale)
    return [beta ? add(scaled, beta) : scaled, mean, variance, scale, rest]
  },
  gradient: {
    inputsToSave: ['x'],
    // gamma may be absent and what may be absent cannot be saved; its product with 1/σ can
    outputsToSave: [false, true, true, true, true],
    grads([dy], [x, mean, variance, scale, rest], attrs) {
      return sharedGradients(() => {
        const saved = { mean: mean!, variance: variance!, scale: scale!, rest: rest! }
        const [dx, dgamma, dbeta] = backward({ x: x!, dy: dy!, ...saved }, attrs)
        return { x: dx!, gamma: dgamma!, beta: dbeta! }
      }, ['x', 'gamma', 'beta'])
    },
  },
})

const backward = defineFusedKernel<Attrs>({
  name: 'DlBatchNormGrad',
  composed({ x, mean, variance, scale, rest, dy }, { eps, training, relu: rectified }) {
    const axes = rowAxes(x!)
    const centred = sub(rectified ? relu(x!) : x!, mean!)
    const deviations = rsqrt(add(variance!, eps))
    const dbeta = sum(dy!, axes)
    // the means' last digits, kept out of the passes over x
    const along = sub(sum(mul(dy!, centred), axes), mul(dbeta, rest!))
    const dgamma = mul(along, deviations)
    const share = -variance!.size / x!.size
    // what dy does to x by way of mean and variance
    const indirect = () => {
      const slope = mul(mul(dgamma, deviations), share)
      return add(mul(centred, slope), sub(mul(dbeta, share), mul(rest!, slope)))
    }
    const flow = training ? add(dy!, indirect()) : dy!
    const dx = mul(flow, scale!)
    return [rectified ? mul(dx, step(x!)) : dx, dgamma, dbeta]
  },
})

/**
 * The mean is computed once more from what is left of x without it, as a mean of 1000 has no digits
 * for what lies behind the fourth place. `rest` is what the mean has beyond its float32 digits.
 */
function statisticsOf(x: Tensor): Record<'centred' | 'mean' | 'variance' | 'rest', Tensor> {
  const axes = rowAxes(x)
  const rough = mean(x, axes)
  const nearly = sub(x, rough)
  const missing = mean(nearly, axes)
  const centred = sub(nearly, missing)
  const whole = add(rough, missing)
  const rest = sub(missing, sub(whole, rough))
  return { centred, mean: whole, variance: mean(square(centred), axes), rest }
}

const rowAxes = (x: Tensor): number[] => Array.from({ length: x.rank - 1 }, (_, axis) => axis)

/** What both ways of normalising take. */
export interface BatchNormOptions {
  /** What the normalised values are multiplied with, [C] (default: nothing). */
  gamma?: Tensor
  /** What is added then, [C] (default: nothing). */
  beta?: Tensor
  /** Added to the variance (default 1e-5, as in PyTorch). */
  eps?: number
  /** `'before'` normalises max(x, 0), in the same passes over memory. */
  relu?: 'before'
}

/** Mean and variance of each channel, [C]. */
export interface BatchStatistics {
  mean: Tensor
  variance: Tensor
}

/**
 * Normalises each channel of x to mean 0 and variance 1, then scales and shifts it: `torch`'s batch
 * norm in training, with channels last.
 *
 * The statistics feed running averages; no gradient flows through them. The variance is that of the
 * batch (biased): PyTorch's running variance takes it times n / (n − 1), where n = x.size / C.
 *
 * @param x float32 […, C]: [N, C] or [N, H, W, C], say
 * @returns the output in the shape of x, and the batch's mean and variance, [C]; all yours to dispose
 * @throws DlError `shape-mismatch`; `bad-value` where a channel has fewer than two values
 *
 * @example
 * ```ts
 * import { batchNorm } from '@dl/core'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([[1], [3], [5], [7]])
 * const { output, mean, variance } = batchNorm(x, { eps: 0 })
 * String(await mean.data()) // → 4
 * String(await variance.data()) // → 5
 * const last = (await output.data())[3]!.toFixed(3) // → 1.342
 * for (const t of [x, output, mean, variance]) t.dispose()
 * ```
 */
export function batchNorm(
  x: Tensor,
  options: BatchNormOptions = {},
): BatchStatistics & { output: Tensor } {
  const { gamma, beta, eps, relu } = checked('batchNorm', options)
  checkShapes('batchNorm', x, { gamma, beta })
  const values = x.size / x.shape.at(-1)!
  if (values < 2) {
    throw new DlError('bad-value', {
      problem: `batchNorm got x of shape ${showShape(x.shape)}, ${values} for each channel`,
      expected: 'at least 2 values for each channel',
      fix: 'Use larger batches (drop a last one of one item), or batchNormInference.',
    })
  }
  return tidy(() => {
    const attrs = { eps, training: true, relu }
    const [output, mean, variance] = forward(present({ x, gamma, beta }), attrs)
    return { output: output!, mean: detach(mean!), variance: detach(variance!) }
  })
}

/**
 * The same with given statistics instead of the batch's: batch norm in evaluation, and in layers
 * whose statistics are frozen, with gradients for x, gamma and beta. The statistics count as
 * constants.
 *
 * @param x float32 […, C]
 * @param statistics the running mean and variance, each [C]
 * @throws DlError `shape-mismatch`
 *
 * @example
 * ```ts
 * import { batchNormInference } from '@dl/core'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const [x, mean, variance] = [tensor([[1, 2]]), tensor([0, 1]), tensor([1, 4])]
 * const y = batchNormInference(x, { mean, variance }, { eps: 0 })
 * String(await y.data()) // → 1,0.5
 * for (const t of [x, mean, variance, y]) t.dispose()
 * ```
 */
export function batchNormInference(
  x: Tensor,
  statistics: BatchStatistics,
  options: BatchNormOptions = {},
): Tensor {
  const { mean, variance }: Partial<BatchStatistics> = statistics ?? {}
  const { gamma, beta, eps, relu } = checked('batchNormInference', options)
  check('batchNormInference', 'a tensor', { mean, variance })
  checkShapes('batchNormInference', x, { gamma, beta, mean, variance })
  return tidy(() => {
    const inputs = { x, gamma, beta, mean: detach(mean!), variance: detach(variance!) }
    return forward(present(inputs), { eps, training: false, relu })[0]!
  })
}

/** The options with their defaults, as attributes of the kernel. */
function checked(op: string, options: BatchNormOptions) {
  const known = checkOptions(op, options, ['gamma', 'beta', 'eps', 'relu'])
  const { gamma, beta, eps = 1e-5, relu } = known
  checkThat(op, 'eps', eps, 'a number of at least 0', one => Number.isFinite(one) && eps >= 0)
  checkThat(op, 'relu', relu, "'before'", one => one === undefined || one === 'before')
  return { gamma, beta, eps, relu: relu === 'before' }
}

function checkShapes(op: string, x: Tensor, perChannel: Record<string, Tensor | undefined>): void {
  const complain = (what: string, { dtype, shape }: Tensor, expected: string) => {
    throw new DlError('shape-mismatch', {
      problem: `${op} got ${what} as ${dtype} ${showShape(shape)}`,
      expected,
    })
  }
  check(op, 'a tensor', { x })
  const channels = x.shape.at(-1) ?? 0
  if (x.dtype !== 'float32' || x.rank < 2 || channels === 0) {
    complain('x', x, 'float32 […, C], of at least two dimensions')
  }
  for (const [name, tensor] of Object.entries(perChannel)) {
    check(op, 'a tensor or undefined', { [name]: tensor })
    if (!tensor || (tensor.dtype === 'float32' && tensor.rank === 1 && tensor.size === channels)) {
      continue
    }
    complain(name, tensor, `float32 [${channels}]: one for each channel of x`)
  }
}
