import * as dl from '@dl/layers'
import { ELU, GELU, gelu, type Module, Softplus } from '@dl/layers'
import { dispose, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { type Golden, hashed, readFixture } from '../../../scripts/golden'
import { expectLayer } from './golden-layer'

interface Case {
  layer: string
  argument: unknown
  scale: number
  shape: number[]
  results: Record<string, Golden>
}

it.each(readFixture<Case[]>(import.meta.url, 'smooth-activations'))(
  '$layer is torch.nn’s for $argument up to $scale, and so is its gradient',
  async ({ layer, argument, scale, shape, results }) => {
    const kinds = dl as unknown as Record<string, new (argument?: unknown) => Module>
    const module = new kinds[layer]!(argument ?? undefined)
    const x = hashed(1, shape, scale)
    await expectLayer(module, x, results, { tolerance: 2e-6 })
    x.dispose()
  },
)

it('gelu keeps its digits where hardly anything is left', async () => {
  // x·Φ(x) by Python's math.erfc
  const table = [
    [-1, -0.15865525393145707],
    [-3, -0.004049694094890287],
    [-4, -0.00012668496733248],
    [-5, -1.4332578593959731e-6],
    [-6, -5.919525870226207e-9],
  ] as const
  const x = tensor(table.map(([at]) => at))
  const y = gelu(x)
  const values = await y.data()
  for (const [i, [, expected]] of table.entries()) {
    expect(Math.abs(values[i]! / expected - 1)).toBeLessThan(1e-5)
  }
  dispose([x, y])
})

it('show their options', () => {
  const shown = [
    new GELU(),
    new GELU({ approximate: 'tanh' }),
    new ELU(0.5),
    new Softplus({ beta: 2 }),
  ]
  expect(shown.map(String)).toEqual([
    'GELU()',
    'GELU(approximate=tanh)',
    'ELU(alpha=0.5)',
    'Softplus(beta=2, threshold=20)',
  ])
})
