import { Generator, Parameter } from '@dl/core'
import {
  type GainOf,
  gain,
  type Initializer,
  identity,
  initialize,
  kaimingNormal,
  kaimingUniform,
  Linear,
  normal,
  orthogonal,
  uniform,
  xavierNormal,
  xavierUniform,
} from '@dl/layers'
import { ones, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'

const makers = {
  uniform,
  normal,
  xavierUniform,
  xavierNormal,
  kaimingUniform,
  kaimingNormal,
} as Record<string, (options: object) => Initializer>

interface Case {
  name: string
  shape: number[]
  options: object
  /** What PyTorch draws from. */
  drawn: { low: number; high: number } | { mean: number; std: number }
}

it.each(readFixture<Case[]>(import.meta.url, 'initialisers'))(
  '$name $options of $shape draws from PyTorch’s distribution, $drawn',
  ({ name, shape, options, drawn }) => {
    const values = makers[name]!(options)(shape, new Generator(1))
    const mean = values.reduce((total, x) => total + x, 0) / values.length
    const variance = values.reduce((total, x) => total + (x - mean) ** 2, 0) / values.length
    if ('low' in drawn) {
      const { low, high } = drawn
      const width = high - low
      // float32 may round an end outwards
      expect(Math.min(...values)).toSatisfy((x: number) => x > low - 1e-6 && x < low + width / 99)
      expect(Math.max(...values)).toSatisfy((x: number) => x < high + 1e-6 && x > high - width / 99)
      expect(Math.abs(mean - (low + high) / 2) / width).toBeLessThan(0.03)
      expect(Math.sqrt(12 * variance) / width).toBeCloseTo(1, 1)
    } else {
      expect(Math.abs(mean - drawn.mean) / drawn.std).toBeLessThan(0.1)
      expect(Math.sqrt(variance) / drawn.std).toBeCloseTo(1, 1)
    }
  },
)

/** Gives hashed numbers for normal ones, as the fixture does. */
class Hashed extends Generator {
  constructor(private readonly values: Float32Array) {
    super(0)
  }

  override normal(): Float32Array {
    return this.values
  }
}

interface OrthogonalCase {
  shape: number[]
  gain: number
  values: Golden
}

it.each(readFixture<OrthogonalCase[]>(import.meta.url, 'orthogonal'))(
  'orthogonal makes of the same draws what PyTorch makes of them: $shape, gain $gain',
  async ({ shape, gain, values }) => {
    const drawn = hashed(7, shape)
    const generator = new Hashed(await drawn.data<'float32'>())
    const result = tensor(orthogonal({ gain })(shape, generator), shape)
    await expectGolden('values', result, values)
    drawn.dispose()
    result.dispose()
  },
)

describe('initialize', () => {
  it('tells inputs from outputs as PyTorch does, whatever our layout', async () => {
    const layer = new Linear(2, 800)
    initialize(layer.weight, kaimingUniform({ slope: Math.sqrt(5) }), new Generator(3))
    const largest = Math.max(...(await layer.weight.value.data()))
    expect(largest).toBeGreaterThan(0.99 / Math.sqrt(2))
    expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(2))
    initialize(layer.weight, ([outputs, inputs]) =>
      Float32Array.from({ length: outputs! * inputs! }, (_, i) => i),
    )
    const state = layer.stateDict()
    expect([...(await state.weight!.data())].slice(0, 3)).toEqual([0, 1, 2])
    expect([...(await layer.weight.value.data())].slice(0, 3)).toEqual([0, 2, 4])
    for (const t of Object.values(state)) t.dispose()
    layer.dispose()
  })

  it('draws from the generator given', async () => {
    const [a, b] = [new Linear(3, 4), new Linear(3, 4)]
    initialize(a.weight, orthogonal(), new Generator(5))
    initialize(b.weight, orthogonal(), new Generator(5))
    expect([...(await a.weight.value.data())]).toEqual([...(await b.weight.value.data())])
    a.dispose()
    b.dispose()
  })

  it('refuses shapes an initialiser is not for and leaves the parameter alone', async () => {
    const bias = new Parameter(() => ones([5]))
    expect(() => initialize(bias, orthogonal())).toThrowErrorMatchingInlineSnapshot(
      `[DlError: orthogonal got a parameter of shape [5]; expected at least two dimensions. Use uniform or normal for it.]`,
    )
    expect(() => initialize(bias, xavierNormal())).toThrow(/xavierNormal got a parameter/)
    expect(() => initialize(bias, kaimingUniform())).toThrow(/kaimingUniform got a parameter/)
    expect(() => initialize(bias, identity())).toThrow(
      'identity got a parameter of shape [5]; expected two dimensions.',
    )
    expect([...(await bias.value.data())]).toEqual([1, 1, 1, 1, 1])
    bias.dispose()
  })

  it('names options that are wrong', () => {
    expect(() => uniform({ low: 2 })).toThrow('uniform got high 1; expected a number of at least')
    expect(() => uniform({ high: Number.POSITIVE_INFINITY })).toThrow(/high Infinity/)
    expect(() => normal({ std: -1 })).toThrow('normal got std -1; expected a number of at least 0')
    expect(() => orthogonal({ gain: Number.NaN })).toThrow(/orthogonal got gain NaN/)
    expect(() => xavierUniform({ gain: -2 })).toThrow(/xavier initialisation got gain -2/)
    expect(() => kaimingNormal({ mode: 'fan_in' as 'fanIn' })).toThrow(
      'kaiming initialisation got mode "fan_in"; expected one of "fanIn", "fanOut".',
    )
    expect(() => gain('swish' as GainOf)).toThrow(
      'gain got activation "swish"; expected one of "linear", "sigmoid", "tanh", "relu", "leakyRelu", "selu".',
    )
  })
})
