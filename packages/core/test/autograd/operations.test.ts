/** Every operation that tfjs exports: its gradient is right, or refused, or there is none to have. */
import { repairKernels, valueAndGrads } from '@dl/core'
import * as tfjs from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isShort } from '../../../../scripts/short-form'
import { type Check, refusal, slopes } from './differences'
import { elementwise } from './operations/elementwise'
import { images } from './operations/images'
import { losses } from './operations/losses'
import { matrices } from './operations/matrices'
import { reductions } from './operations/reductions'
import { shapes } from './operations/shapes'
import { spectra } from './operations/spectra'
import { integers, kernelsWithout, makers, refused, refusedVariants } from './operations/without'

const right: Record<string, Check[]> = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...images,
  ...matrices,
  ...losses,
  ...spectra,
}

// what softmaxCrossEntropy saves is a leak to tfjs while it is tested
beforeAll(() => {
  tfjs.env().set('IS_TEST', false)
  repairKernels(tfjs.getBackend())
})
afterAll(() => tfjs.env().set('IS_TEST', true))

/** Operations by the names they are exported under, of namespaces too. */
function exported(): string[] {
  const isOperation = (value: unknown) =>
    typeof value === 'function' && value.name.endsWith(tfjs.OP_SCOPE_SUFFIX)
  // Node's copy is CommonJS, and there once more as a whole
  const { default: _, 'module.exports': __, ...names } = tfjs as Record<string, unknown>
  return Object.entries(names).flatMap(([name, value]) =>
    isOperation(value)
      ? [name]
      : Object.entries(typeof value === 'object' ? value! : {})
          .filter(([, member]) => isOperation(member))
          .map(([member]) => `${name}.${member}`),
  )
}

describe('the table is complete', () => {
  it('of operations', () => {
    const table = [right, refused, integers].flatMap(part => Object.keys(part)).concat(makers)
    expect(table.toSorted()).toEqual(exported().toSorted())
  })

  it('of kernels', () => {
    const kernels = Object.entries(tfjs)
      .filter(([name, value]) => /^_?[A-Z]/.test(name) && typeof value === 'string')
      .map(([, value]) => value as string)
      .filter(name => name !== tfjs.OP_SCOPE_SUFFIX)
    const without = kernels.filter(name => tfjs.getGradient(name) == null)
    expect(without.toSorted()).toEqual(Object.values(kernelsWithout).flat().toSorted())
  })
})

/** What has no kernel on WebGPU, or one that reads at once. */
const notOnWebGPU = [
  ...['raggedGather', 'raggedTensorToTensor', 'sparse.sparseFillEmptyRows', 'unique', 'bitwiseAnd'],
  ...['image.nonMaxSuppression', 'image.nonMaxSuppressionPadded'],
]
const absent = (name: string) => tfjs.getBackend() === 'webgpu' && notOnWebGPU.includes(name)
const ABSENT = 'it has no kernel on WebGPU'

describe('the gradient is the slope', () => {
  it.each(Object.entries(right))('of %s', async (_, checks) => {
    const wrong: string[] = []
    // what other variants add is the gradient's own, which does not know the backend
    for (const [i, check] of (isShort ? checks.slice(0, 1) : checks).entries()) {
      const where = `variant ${i} of ${JSON.stringify(check.slice(1))}`
      try {
        for (const [input, { differences, gradient }] of (await slopes(check)).entries()) {
          if (!(Math.abs(gradient - differences) < 3e-3 * (1 + Math.abs(differences)))) {
            wrong.push(`${where}: input ${input}: ${gradient}, not ${differences}`)
          }
        }
      } catch (error) {
        wrong.push(`${where}: ${error}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('refused is', () => {
  it.for(Object.entries(refused))('%s', ([name, check], { skip }) => {
    skip(absent(name), ABSENT)
    const { code, message } = refusal(check)!
    expect(code).toBe('no-gradient')
    expect(message).toMatch(
      /^the operation \w+ has no gradient; expected differentiable operations/,
    )
  })

  it.each(refusedVariants)('%s', (_, check, expected) => {
    const { code, message } = refusal(check)!
    expect(code).toBe('no-gradient')
    expect(message).toMatch(expected)
  })
})

it.for(Object.entries(integers))(
  '%s makes no floats and lets no gradient through',
  ([name, check], { skip }) => {
    skip(absent(name), ABSENT)
    const [operation, { shape, from, to }] = [check[0], inputOf(check[1]!)]
    const x = tfjs.tidy(() =>
      tfjs.clipByValue(tfjs.randomUniform(shape, from, to, 'float32', 3), -9, 99),
    )
    const step = valueAndGrads(() => {
      const y = operation(x)
      expect(y.dtype).toMatch(/int32|bool/)
      return tfjs.sum(tfjs.cast(y, 'float32'))
    }, [x])
    expect(step.grads).toEqual([null])
    step.dispose()
    x.dispose()
  },
)

const inputOf = (input: Check[1]) => (Array.isArray(input) ? { shape: input } : input!)
