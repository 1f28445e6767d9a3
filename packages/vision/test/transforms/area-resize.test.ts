import { tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden } from '../../../../scripts/golden'
import { resizeArea } from '../../src/transforms/area-resize'
import type { Rectangle } from '../../src/transforms/transform'
import { fixture, picture } from './pictures'

interface Case {
  size: [height: number, width: number]
  to: [height: number, width: number]
  part: Rectangle
  y: Golden
}

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length

describe('resizeArea', () => {
  it.each(fixture<Case>('area-resize'))(
    '$part.width×$part.height to $to',
    async ({ size, to: [height, width], part, y }) => {
      const out = tensor(resizeArea(picture(1, ...size), part, { width, height }), [
        height,
        width,
        3,
      ])
      await expectGolden('pixels', out, y, 1e-6)
      out.dispose()
    },
  )

  it('keeps the mean, whatever the ratio', () => {
    for (let side = 1; side < 40; side += 3) {
      const image = picture(side, 13, 17)
      const part = { x: 0, y: 0, width: 17, height: 13 }
      const out = resizeArea(image, part, { width: side, height: side })
      expect(mean(out)).toBeCloseTo(mean(image.data), 3)
    }
  })

  it('reads nothing beside the part', () => {
    const image = picture(1, 6, 6, 1)
    image.data.fill(0)
    for (const y of [2, 3, 4]) image.data.fill(9, y * 6 + 1, y * 6 + 3)
    const out = resizeArea(image, { x: 1, y: 2, width: 2, height: 3 }, { width: 5, height: 5 })
    expect([...out].every(value => Math.abs(value - 9) < 1e-5)).toBe(true)
  })
})
