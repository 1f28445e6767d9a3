/** Where pixels come from: against NumPy and PyTorch, and the host against the device. */
import {
  type BorderMode,
  type ChannelStats,
  cutout,
  type ImageTransform,
  imageTransforms,
  randomDihedral,
  randomFlip,
  randomLighting,
  randomRotate,
  randomZoom,
  tfmsFromStats,
  transformsSideOn,
  transformsTopDown,
} from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden } from '../../../../scripts/golden'
import { aboutCentres, translation } from '../../src/transforms/affine'
import { asIs, batchOf, fixture, generators, picture, places, plainStats } from './pictures'

const turn = (degrees: number, border: BorderMode): ImageTransform => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return {
    name: 'turn',
    border,
    draw: (_, frame) => ({ geometry: aboutCentres([cos, -sin, sin, cos], frame) }),
  }
}

const crop = (x: number, y: number, size: number): ImageTransform => ({
  name: 'crop',
  draw: () => ({ geometry: translation(x, y), frame: { width: size, height: size } }),
})

describe.each(places)('on the %s', on => {
  interface Turn {
    size: [height: number, width: number]
    degrees: number
    border: BorderMode
    y: Golden
  }

  it.each(fixture<Turn>('rotation'))(
    'a turn of $size by $degrees° with $border',
    async ({ size: [height, width], degrees, border, y }) => {
      const side = Math.min(height, width)
      const cut = crop(Math.floor((width - side) / 2), Math.floor((height - side) / 2), side)
      const tfms = imageTransforms({
        size: side,
        stats: plainStats,
        scale: asIs,
        transforms: [turn(degrees, border), cut],
        on,
      })
      const x = tfms.batch([picture(2, height, width)], generators([0]))
      await expectGolden('pixels', x, y, 1e-5)
      x.dispose()
    },
  )

  interface Steps {
    pad: number
    mode: BorderMode
    degrees: number
    border: BorderMode
    at: [x: number, y: number]
    y: Golden
  }
  const stats: ChannelStats = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] }

  it.each(fixture<Steps>('transform-pipelines'))(
    'pad $pad ($mode), turn $degrees° ($border), flip, crop at $at, normalise',
    async ({ pad, mode, degrees, border, at: [x, y], y: golden }) => {
      const tfms = imageTransforms({
        size: 12,
        stats,
        pad,
        padMode: mode,
        transforms: [
          ...(degrees === 0 ? [] : [turn(degrees, border)]),
          randomFlip({ p: 1 }),
          crop(x, y, 12),
        ],
        on,
      })
      const out = tfms.batch([picture(4, 12, 12)], generators([0]))
      await expectGolden('pixels', out, golden, 1e-5)
      out.dispose()
    },
  )

  it.each(fixture<{ brightness: number; contrast: number; y: Golden }>('lighting'))(
    'light by $brightness and $contrast',
    async ({ brightness, contrast, y }) => {
      const light: ImageTransform = {
        name: 'light',
        draw: () => ({
          tone: { brightness, contrast: contrast >= 0 ? 1 + contrast : 1 / (1 - contrast) },
        }),
      }
      const options = { size: 8, stats: plainStats, transforms: [light], on }
      const x = imageTransforms(options).batch([picture(3, 8, 8)], generators([0]))
      await expectGolden('pixels', x, y, 1e-5)
      x.dispose()
    },
  )
})

describe('host and device', () => {
  const images = Array.from({ length: 12 }, (_, i) => picture(20 + i, 16, 16))
  const wide = Array.from({ length: 4 }, (_, i) => picture(40 + i, 12, 19))
  const fill = ['reflect', 'zeros', 'edge'] as const

  it.each<[string, Parameters<typeof tfmsFromStats>[2]]>([
    ['flips, quarter turns, padded crops', { augTfms: [randomDihedral(), randomFlip()], pad: 5 }],
    ...fill.map((padMode): [string, Parameters<typeof tfmsFromStats>[2]] => [
      `the same over ${padMode}`,
      { augTfms: [randomDihedral()], pad: 3, padMode },
    ]),
    ...fill.map((mode): [string, Parameters<typeof tfmsFromStats>[2]] => [
      `turns over ${mode}`,
      { augTfms: [randomRotate(60, { mode }), randomZoom(0.5, { min: -0.4 })], pad: 2 },
    ]),
    [
      'holes, before and after turns',
      {
        augTfms: [cutout({ length: 5, n: 3 }), randomRotate(30), cutout({ length: 4 })],
      },
    ],
    ['light', { augTfms: [randomLighting(0.5, 0.5)] }],
    ['fast.ai’s, from the side', { augTfms: transformsSideOn, pad: 2 }],
    ['fast.ai’s, from above', { augTfms: transformsTopDown, pad: 2 }],
  ])('make the same pixels: %s', async (_, options) => {
    const [host, device] = places.map(on => tfmsFromStats(plainStats, 16, { ...options, on }))
    for (const pictures of [images, wide]) {
      const [ours, theirs] = [
        await batchOf(host!.train, pictures),
        await batchOf(device!.train, pictures),
      ]
      const worst = ours.reduce((most, v, i) => Math.max(most, Math.abs(v - theirs[i]!)), 0)
      expect(worst).toBeLessThan(1e-5)
    }
  })

  it('agree where pictures of a batch differ in size', async () => {
    const [host, device] = places.map(on => tfmsFromStats(plainStats, 10, { on }).train)
    const mixed = [...wide, ...images]
    expect(await batchOf(host!, mixed)).toEqual(await batchOf(device!, mixed))
  })
})
