import { add, ones, reshape, type Tensor, tensor, tidy, where } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

/** A matrix in a texture of its sides, which a reshape hands on as it is, and a program packs then. */
async function packed(matrix: [number, number], shape: number[]): Promise<unknown> {
  const values = Array.from({ length: matrix[0] * matrix[1] }, (_, i) => i)
  const y: Tensor = tidy(() => {
    const unpacked = where(ones(matrix, 'bool'), tensor(values, matrix), ones(matrix))
    return add(reshape(unpacked, shape), 1)
  })
  const got = Array.from(await y.data())
  y.dispose()
  return got.map(value => value - 1)
}

it('a program for one texture is not run with another', async () => {
  const counted = (length: number) => Array.from({ length }, (_, i) => i)
  expect(await packed([5, 7], [1, 5, 7])).toEqual(counted(35))
  expect(await packed([36, 2], [1, 3, 24])).toEqual(counted(72))
})
