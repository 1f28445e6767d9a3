/** What the transforms draw. */
import { Generator } from '@dl/core'
import {
  centerCrop,
  cutout,
  type ImageTransform,
  imageTransforms,
  randomCrop,
  randomDihedral,
  randomFlip,
  randomLighting,
  randomResizedCrop,
  randomRotate,
  randomZoom,
  scaleTo,
  squashTo,
  transformsBasic,
  transformsSideOn,
  transformsTopDown,
} from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { batchOf, bytes, generators, picture, places, plainStats } from './pictures'

const frame = { width: 40, height: 36 }
const many = generators(Array.from({ length: 2000 }, (_, i) => i))

/** How often each value came. */
function counts<T>(values: Iterable<T>): Map<T, number> {
  const found = new Map<T, number>()
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1)
  return found
}

/** Within four standard deviations of a binomial count. */
const isShare = (count: number, p: number) =>
  Math.abs(count - many.length * p) < 4 * Math.sqrt(many.length * p * (1 - p))

describe('randomFlip', () => {
  it('flips a share p', () => {
    for (const p of [0, 0.5, 0.9, 1]) {
      const flips = many.filter(random => randomFlip({ p }).draw(random, frame) !== null)
      expect(flips.length).toSatisfy((n: number) => (p % 1 === 0 ? n === 2000 * p : isShare(n, p)))
    }
  })

  it.each(places)('twice is nothing, once is the mirror (%s)', async on => {
    const image = picture(1, 6, 6)
    const flip = randomFlip({ p: 1 })
    const made = (transforms: (typeof flip)[]) =>
      batchOf(imageTransforms({ size: 6, stats: plainStats, transforms, on }), [image])
    expect(bytes(await made([flip, flip]))).toEqual([...image.data])
    const rows = Array.from({ length: 36 }, (_, i) => [...image.data.slice(3 * i, 3 * i + 3)])
    const mirrored = rows.flatMap((_, i) => rows[i - (i % 6) + 5 - (i % 6)]!)
    expect(bytes(await made([flip]))).toEqual(mirrored)
  })
})

describe('randomDihedral', () => {
  const tfms = (times: number) =>
    imageTransforms({
      size: 5,
      stats: plainStats,
      transforms: Array.from({ length: times }, () => randomDihedral()),
    })

  it('has eight results, all as likely, and no others when repeated', async () => {
    const image = picture(2, 5, 5)
    const all = Array.from({ length: 400 }, () => image)
    const each = image.data.length
    const seen = (values: Float32Array) =>
      counts(all.map((_, i) => bytes(values.subarray(i * each, (i + 1) * each)).join()))
    const once = seen(await batchOf(tfms(1), all))
    expect(once.size).toBe(8)
    expect(Math.min(...once.values())).toBeGreaterThan(25)
    expect(Math.max(...once.values())).toBeLessThan(80)
    const twice = seen(await batchOf(tfms(2), all))
    expect(new Set(twice.keys())).toEqual(new Set(once.keys()))
  })

  it('turns to the left as often as drawn, then flips left for right', () => {
    const pixels = ['ab', 'cd', 'ef']
    const columns = (rows: string[]) =>
      [...rows[0]!].map((_, x) => rows.map(row => row[x]).join(''))
    const left = (rows: string[]) => columns(rows).reverse()
    for (const random of many.slice(0, 40)) {
      const twin = new Generator(0)
      twin.restore(random.state())
      const turns = twin.int(4)
      let expected = pixels
      for (let turn = 0; turn < turns; turn++) expected = left(expected)
      if (twin.next() < 0.5) expected = expected.map(row => [...row].reverse().join(''))

      const { geometry, frame: to } = randomDihedral().draw(random, { width: 2, height: 3 })!
      const [a, b, c, d, e, f] = geometry!
      const made = Array.from({ length: to!.height }, (_, y) =>
        Array.from({ length: to!.width }, (_, x) => {
          return pixels[d * x + e * y + f]![a * x + b * y + c]
        }).join(''),
      )
      expect(made).toEqual(expected)
    }
  })
})

describe('crops', () => {
  it('randomCrop takes every offset, the last too, all as often', () => {
    const offsets = many.map(random => randomCrop(32).draw(random, frame)!.geometry!)
    const across = counts(offsets.map(([, , x]) => x))
    expect([...across.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    for (const count of across.values()) expect(isShare(count, 1 / 9)).toBe(true)
    const down = counts(offsets.map(([, , , , , y]) => y))
    expect([...down.keys()].sort()).toEqual([0, 1, 2, 3, 4])
  })

  it.each([
    [32, 4, 2],
    [36, 2, 0],
    [35, 3, 1],
  ])('centerCrop(%i) of 40×36 starts at %i, %i', (size, x, y) => {
    const random = new Generator(1)
    const before = random.state()
    expect(centerCrop(size).draw(random, frame)!.geometry).toEqual([1, 0, x, 0, 1, y])
    expect(random.state()).toEqual(before)
  })

  it('randomResizedCrop keeps area and shape within bounds, inside the picture', () => {
    const shot = { width: 500, height: 375 }
    const parts = many.map(random => randomResizedCrop(24).draw(random, shot).part)
    for (const { x, y, width, height } of parts) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0)
      expect(x + width).toBeLessThanOrEqual(500)
      expect(y + height).toBeLessThanOrEqual(375)
      expect(width / height).toBeGreaterThan(0.73)
      expect(width / height).toBeLessThan(1.37)
    }
    const shares = parts.map(({ width, height }) => (width * height) / (500 * 375))
    expect(Math.min(...shares)).toBeCloseTo(0.08, 1)
    expect(Math.max(...shares)).toBeGreaterThan(0.9)
  })

  it('randomResizedCrop takes the middle where no part fits', () => {
    const long = { width: 400, height: 20 }
    const whole = randomResizedCrop(8, { area: [1, 1] }).draw(new Generator(1), long)
    expect(whole.part).toEqual({ x: 187, y: 0, width: 27, height: 20 })
    const tall = randomResizedCrop(8, { area: [1, 1] }).draw(new Generator(1), {
      width: 20,
      height: 401,
    })
    expect(tall.part).toEqual({ x: 0, y: 187, width: 20, height: 27 })
  })
})

describe('scaling', () => {
  it.each([
    [500, 375, 298, 224],
    [375, 500, 224, 298],
    [224, 224, 224, 224],
    [3, 9, 224, 672],
    [49, 49, 224, 224],
    [1000, 10, 22400, 224],
  ])('scaleTo(224) makes %i×%i to %i×%i', (width, height, toWidth, toHeight) => {
    const { to } = scaleTo(224).draw(new Generator(1), { width, height })
    expect(to).toEqual({ width: toWidth, height: toHeight })
  })

  it('scaleTo enlarges three of four, up to maxZoom', () => {
    const zoom = scaleTo(100, { maxZoom: 1.5 })
    expect(zoom.decodeSide).toBe(150)
    const sides = many.map(random => zoom.draw(random, frame).to.height)
    expect(isShare(sides.filter(side => side > 100).length, 0.75 * 0.98)).toBe(true)
    expect(Math.min(...sides)).toBe(100)
    expect(Math.max(...sides)).toBe(149)
  })

  it('squashTo forgets the shape', () => {
    expect(squashTo(8).draw(new Generator(1), frame).to).toEqual({ width: 8, height: 8 })
  })
})

describe('turns, zooms and light', () => {
  it('randomRotate turns a share p by angles over ±degrees', () => {
    const drawn = many.flatMap(random => randomRotate(20).draw(random, frame) ?? [])
    expect(isShare(drawn.length, 0.75)).toBe(true)
    const angles = drawn.map(({ geometry: [a, b, , d, e] = [0, 0, 0, 0, 0, 0] }) => {
      expect(a * e - b * d).toBeCloseTo(1)
      expect([b, e]).toEqual([-d, a])
      return (Math.atan2(d, a) * 180) / Math.PI
    })
    expect(Math.min(...angles)).toBeGreaterThan(-20)
    expect(Math.min(...angles)).toBeLessThan(-19.5)
    expect(Math.max(...angles)).toBeGreaterThan(19.5)
    expect(Math.max(...angles)).toBeLessThan(20)
    const mean = angles.reduce((sum, angle) => sum + angle, 0) / angles.length
    expect(Math.abs(mean)).toBeLessThan(1.2)
  })

  it('later transforms do not see whether one was applied', () => {
    const next = (p: number) => {
      const random = new Generator(4)
      randomRotate(20, { p }).draw(random, frame)
      cutout({ length: 4, p }).draw(random, frame)
      randomFlip({ p }).draw(random, frame)
      return random.next()
    }
    expect(next(0)).toBe(next(1))
  })

  it('randomZoom keeps the centre', () => {
    for (const random of many.slice(0, 50)) {
      const [a, b, c, d, e, f] = randomZoom(0.5, { min: 0.1 }).draw(random, frame)!.geometry!
      expect(1 / a).toBeGreaterThan(1.1)
      expect(1 / a).toBeLessThan(1.5)
      expect([b, d, e]).toEqual([0, 0, a])
      expect(a * 19.5 + c).toBeCloseTo(19.5)
      expect(e * 17.5 + f).toBeCloseTo(17.5)
    }
  })

  it('randomLighting draws both, each time anew', () => {
    const tones = many.map(random => randomLighting(0.1, 0.5).draw(random, frame)!.tone!)
    const [brightness, contrast] = [tones.map(t => t.brightness), tones.map(t => t.contrast)]
    expect(Math.min(...brightness)).toBeCloseTo(-0.1, 2)
    expect(Math.max(...brightness)).toBeCloseTo(0.1, 2)
    expect(Math.min(...contrast)).toBeCloseTo(2 / 3, 2)
    expect(Math.max(...contrast)).toBeCloseTo(1.5, 2)
    expect(isShare(contrast.filter(factor => factor > 1).length, 0.5)).toBe(true)
  })
})

describe('fast.ai’s lists', () => {
  it('turn by up to 10° and light by up to 0.05, then flip or turn by quarters', () => {
    const namesOf = (list: readonly ImageTransform[]) => list.map(({ name }) => name)
    const basic = ['randomRotate', 'randomLighting']
    expect(namesOf(transformsBasic)).toEqual(basic)
    expect(namesOf(transformsSideOn)).toEqual([...basic, 'randomFlip'])
    expect(namesOf(transformsTopDown)).toEqual([...basic, 'randomDihedral'])
    const same = (ours: ImageTransform, theirs: ImageTransform) => {
      const drawn = (transform: ImageTransform) =>
        generators(Array.from({ length: 50 }, (_, i) => i)).map(g => transform.draw(g, frame))
      expect([ours.name, ours.border, drawn(ours)]).toEqual([
        theirs.name,
        theirs.border,
        drawn(theirs),
      ])
    }
    same(transformsBasic[0]!, randomRotate(10, { p: 0.75, mode: 'reflect' }))
    same(transformsBasic[1]!, randomLighting(0.05, 0.05))
    same(transformsSideOn[2]!, randomFlip({ p: 0.5 }))
    same(transformsTopDown[2]!, randomDihedral())
  })
})

describe('cutout', () => {
  it('cuts squares that lie over the edge', () => {
    const holes = many.flatMap(random => {
      return cutout({ length: 6, n: 2, p: 1 }).draw(random, frame)!.holes!
    })
    expect(holes).toHaveLength(4000)
    for (const { x, y, width, height } of holes) {
      expect(Math.min(x, y, 40 - x - width, 36 - y - height)).toBeGreaterThanOrEqual(0)
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(3)
      expect(Math.max(width, height)).toBeLessThanOrEqual(6)
    }
    expect(counts(holes.map(hole => hole.x)).size).toBe(37)
  })

  it.each(places)(
    'holes are black after normalising, and move with later flips and crops (%s)',
    async on => {
      const white = picture(1, 6, 6)
      white.data.fill(255)
      const corner = {
        name: 'corner',
        draw: () => ({ holes: [{ x: 0, y: 1, width: 2, height: 3 }] }),
      }
      const cut: ImageTransform = {
        name: 'cut',
        draw: () => ({ geometry: [1, 0, 1, 0, 1, 0], frame: { width: 5, height: 5 } }),
      }
      const tfms = imageTransforms({
        size: 5,
        scale: scaleTo(6),
        stats: { mean: [0.5, 0.25, 0.75], std: [0.5, 0.25, 0.25] },
        transforms: [corner, randomFlip({ p: 1 }), cut],
        on,
      })
      const values = await batchOf(tfms, [white])
      for (let i = 0; i < 25; i++) {
        const isHole = i % 5 >= 3 && i >= 5 && i < 20
        const pixel = [...values.slice(3 * i, 3 * i + 3)].map(Math.round)
        expect(pixel, `pixel ${i}`).toEqual(isHole ? [-1, -1, -3] : [1, 3, 1])
      }
    },
  )
})
