/** Against Pillow; see scripts/fixtures/maps.py. */
import { tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../../scripts/golden'
import { resizeSmooth } from '../../src/pictures/resize-smooth'

interface Case {
  seed: number
  from: [number, number]
  to: [number, number]
  values: Golden
}

const cases = readFixture<Case[]>(import.meta.url.replace(/pictures\/[^/]*$/, ''), 'resize-smooth')

it.each(cases)('from $from to $to', async ({ seed, from, to, values }) => {
  const source = hashed(seed, from)
  const [height, width] = from
  const raster = { width, height, channels: 1, data: await source.data() }
  const ours = tensor(resizeSmooth(raster, to[1], to[0]), to)
  await expectGolden('values', ours, values, 1e-6)
  source.dispose()
  ours.dispose()
})

it('keeps channels apart', () => {
  const [a, b] = [
    [0, 3, 1, 8],
    [5, 5, 2, 1],
  ] as const
  const plane = (data: readonly number[]) => [
    ...resizeSmooth({ width: 2, height: 2, channels: 1, data }, 5, 3),
  ]
  const data = a.flatMap((value, i) => [value, b[i]!])
  const both = resizeSmooth({ width: 2, height: 2, channels: 2, data }, 5, 3)
  const [ofA, ofB] = [plane(a), plane(b)]
  expect([...both]).toEqual(ofA.flatMap((value, i) => [value, ofB[i]!]))
})
