import { DlError, Generator, valueAndGrads } from '@dl/core'
import { Dropout2d, dropout2d } from '@dl/layers'
import { dispose, ones, sum, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const [items, rows, columns, channels] = [5, 3, 4, 40]

/** The values of each channel of each item, as a set. */
async function byChannel(y: Tensor): Promise<Set<number>[]> {
  const values = await y.data()
  return Array.from({ length: items * channels }, (_, at) => {
    const [item, channel] = [Math.floor(at / channels), at % channels]
    const pixels = Array.from({ length: rows * columns }, (_, pixel) => {
      return values[(item * rows * columns + pixel) * channels + channel]!
    })
    return new Set(pixels)
  })
}

it('drops whole channels, each item’s own, and scales the others; so do gradients', async () => {
  const x = ones([items, rows, columns, channels])
  const generator = new Generator(3)
  const state = generator.state()
  const step = valueAndGrads(() => sum(dropout2d(x, 0.25, { generator })), [x])
  generator.restore(state)
  const y = dropout2d(x, 0.25, { generator })
  const sets = await byChannel(y)
  expect(sets.every(({ size }) => size === 1)).toBe(true)
  const kept = sets.map(set => [...set][0]!)
  expect(new Set(kept.map(value => value.toFixed(5)))).toEqual(new Set(['0.00000', '1.33333']))
  const share = kept.filter(value => value > 0).length / kept.length
  expect(Math.abs(share - 0.75)).toBeLessThan(0.1)
  const first = kept.slice(0, channels)
  expect(new Set(first).size).toBe(2)
  expect(kept.slice(channels, 2 * channels)).not.toEqual(first)
  expect(await byChannel(step.grads[0]!)).toEqual(sets)
  step.dispose()
  dispose([x, y])
})

it('drops all with p 1, and nothing with p 0 or in evaluation', async () => {
  const x = ones([items, rows, columns, channels])
  const sums = async (layer: Dropout2d) => {
    const y = layer.call(x)
    const total = (await y.data<'float32'>()).reduce((a, b) => a + b)
    y.dispose()
    return total
  }
  expect(await sums(new Dropout2d(1))).toBe(0)
  expect(await sums(new Dropout2d(0))).toBe(x.size)
  expect(await sums(new Dropout2d(0.9).eval())).toBe(x.size)
  x.dispose()
})

it('complains about a wrong p, in evaluation too, and about what is no batch of maps', () => {
  const [maps, rowsOnly] = [ones([1, 2, 2, 3]), zeros([2, 3])]
  const bytes = zeros([1, 2, 2, 3], 'int32')
  expect(() => new Dropout2d(1.5)).toThrow(DlError)
  expect(() => dropout2d(maps, -1)).toThrow('dropout2d got p -1; expected a number from 0 to 1.')
  expect(() => dropout2d(maps, -1, { training: false })).toThrow(
    'dropout2d got p -1; expected a number from 0 to 1.',
  )
  expect(() => dropout2d(rowsOnly, 0.5)).toThrow('dropout2d got an input of shape [2, 3]')
  expect(() => dropout2d(bytes, 0.5)).toThrow('dropout2d got an input of int32 [1, 2, 2, 3]')
  dispose([maps, rowsOnly, bytes])
})
