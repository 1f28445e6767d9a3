import { valueAndGrads } from '@dl/core'
import { LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from '@dl/layers'
import { mul, sum } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'

interface Case {
  name: keyof typeof modules
  shape: number[]
  slope?: number
  y: Golden
  dx: Golden
}

const modules = { ReLU, LeakyReLU, Tanh, Sigmoid, Softmax, LogSoftmax }

it.each(readFixture<Case[]>(import.meta.url, 'activations'))(
  '$name is torch.nn’s for $shape, slope $slope, and so is its gradient',
  async ({ name, shape, slope, y, dx }) => {
    const module = new modules[name](slope)
    const x = hashed(1, shape, 4)
    const output = module.call(x)
    await expectGolden('y', output, y)
    const step = valueAndGrads(() => sum(mul(module.call(x), hashed(2, shape))), [x])
    await expectGolden('dx', step.grads[0]!, dx)
    step.dispose()
    output.dispose()
    x.dispose()
  },
)

it('shows its slope, which must be a number', () => {
  expect(String(new LeakyReLU(0.2))).toBe('LeakyReLU(slope=0.2)')
  expect(() => new LeakyReLU(Number.NaN)).toThrow(
    'LeakyReLU got slope NaN; expected a finite number.',
  )
})
