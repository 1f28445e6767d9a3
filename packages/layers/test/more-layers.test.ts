/** Layers whose fixtures are one table: what goes in, PyTorch's arguments by our names, what comes out. */
import * as dl from '@dl/layers'
import { type Module, summary } from '@dl/layers'
import { dispose, relu, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { type Golden, hashed, readFixture } from '../../../scripts/golden'
import { expectLayer, fill } from './golden-layer'

interface Case {
  layer: string
  shape: number[]
  arguments: unknown[]
  /** PyTorch's names and shapes. */
  state: Record<string, number[]>
  results: Record<string, Golden>
}

const cases = readFixture<Case[]>(import.meta.url, 'more-layers')

const make = ({ layer, arguments: args }: Case): Module =>
  new (dl as unknown as Record<string, new (...args: unknown[]) => Module>)[layer]!(...args)

const shapesOf = (state: Record<string, Tensor>) =>
  Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape]))

// of a group norm's large values the scale is 5; the pools get what a ReLU lets through
const input = ({ layer, shape }: Case): Tensor => {
  if (layer.endsWith('Pool2d')) return tidy(() => relu(hashed(1, shape)))
  return hashed(1, shape, layer === 'GroupNorm' && shape[3] === 40 ? 5 : 1)
}

it.each(cases)('$layer is PyTorch’s for $shape, $arguments', async each => {
  const module = make(each)
  const state = module.stateDict()
  expect(shapesOf(state)).toEqual(each.state)
  fill(module)
  const x = input(each)
  await expectLayer(module, x, each.results, { tolerance: 2e-5 })
  const { rows, nbParams } = summary(module, x)
  expect(rows[0]!.outputShape).toEqual([-1, ...each.results.y!.shape.slice(1)])
  const sizes = Object.values(each.state).map(shape => shape.reduce((a, b) => a * b, 1))
  expect(nbParams).toBe(sizes.reduce((a, b) => a + b, 0))
  dispose([x, ...Object.values(state)])
  module.dispose()
})
