import { disposeBatch } from '@dl/data'
import { ImageClassifierData, imagesFromArrays } from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { firstOf } from '../kit'

const bytes = (shape: number[], first = 0) => ({
  data: Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => first + i),
  shape,
})

describe('ImageClassifierData.fromArrays', () => {
  it('takes bytes and names of classes', async () => {
    const data = ImageClassifierData.fromArrays({
      train: [bytes([3, 2, 2, 3]), [0, 1, 1]],
      validation: [bytes([2, 2, 2, 3], 100), Uint8Array.of(1, 0)],
      test: bytes([1, 2, 2, 3]),
      classes: ['no', 'yes'],
      seed: 1,
    })
    expect([data.classes, data.train.length, data.files.validation]).toEqual([
      ['no', 'yes'],
      1,
      ['validation[0]', 'validation[1]'],
    ])
    const batch = await firstOf(data.validation)
    expect(batch.inputs[0]!.shape).toEqual([2, 2, 2, 3])
    const pixels = (await batch.inputs[0]!.data()).map(value => Math.round(value * 255))
    expect([...pixels]).toEqual(Array.from({ length: 24 }, (_, i) => 100 + i))
    expect([...(await batch.target.data())]).toEqual([1, 0])
    disposeBatch(batch)
  })

  it('takes numbers from 0 to 1, grey without an axis for it, and counts classes', () => {
    const grey = { data: Float32Array.of(0, 0.5, 1, 0.25), shape: [1, 2, 2] }
    const set = imagesFromArrays({ train: [grey, [2]], validation: [grey, Int32Array.of(4)] })
    expect(set.classes).toEqual(['0', '1', '2', '3', '4'])
    expect(set.train[0]!.image).toEqual({
      width: 2,
      height: 2,
      channels: 1,
      data: Uint8Array.of(0, 128, 255, 64),
    })
  })

  it('takes zeros and ones for several labels', () => {
    const hot = { data: Float32Array.of(1, 0, 1, 0, 0, 0), shape: [2, 3] }
    const set = imagesFromArrays({
      train: [bytes([2, 2, 2]), hot],
      validation: [bytes([2, 2, 2]), hot],
    })
    expect(set.train.map(({ label }) => label)).toEqual([[0, 2], []])
    expect(set.classes.length).toBe(3)
  })

  const fine = [bytes([1, 2, 2, 3]), [0]] as const
  it.each([
    [
      { ...bytes([1, 2, 2, 2]) },
      [0],
      'the pictures of train are 8 numbers of shape [1, 2, 2, 2]; expected [items, height, width, 1 or 3].',
    ],
    [
      { data: new Uint8Array(5), shape: [1, 2, 2] },
      [0],
      'the pictures of train are 5 numbers of shape [1, 2, 2]',
    ],
    [
      bytes([2, 2, 2]),
      [0],
      'train has 2 pictures and 1 labels; expected a label for each picture.',
    ],
    [
      { data: Float32Array.of(2), shape: [1, 1, 1] },
      [0],
      'the pictures of train have the value 2; expected numbers from 0 to 1, or bytes from 0 to 255. Give bytes as a Uint8Array; divide other numbers by their largest.',
    ],
    [{ data: Float32Array.of(Number.NaN), shape: [1, 1, 1] }, [0], 'the value NaN'],
    [
      bytes([1, 2, 2]),
      { data: Float32Array.of(0.5), shape: [1, 1] },
      'the labels of train are 1 numbers of shape [1, 1], 0.5 among them',
    ],
    [
      bytes([1, 2, 2]),
      { data: Float32Array.of(1), shape: [1, 3] },
      'the labels of train are 1 numbers of shape [1, 3]; expected [items] numbers of classes or',
    ],
    [bytes([1, 2, 2]), [-1], 'train[0] has the label -1'],
    [bytes([1, 2, 2]), [0.5], 'train[0] has the label 0.5'],
  ])('refuses %j with labels %j', (images, labels, message) => {
    expect(() =>
      ImageClassifierData.fromArrays({ train: [images, labels], validation: fine }),
    ).toThrow(message)
  })
})
