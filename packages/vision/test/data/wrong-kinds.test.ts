/** Plain JavaScript may give anything: what comes back is told, and no TypeError. */
import { DlError } from '@dl/core'
import {
  computeStats,
  datasets,
  decodeImage,
  ImageClassifierData,
  imagesFromArchive,
  imagesFromArrays,
  imagesFromCsv,
  imagesFromPaths,
  readImage,
  tfmsFromStats,
} from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { picture, probes } from '../kit'

const ODD: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  Number.NaN,
  true,
  '',
  'no such file',
  [],
  [null],
  {},
  { length: 3 },
  new Map(),
  new Uint8Array(3),
  Symbol('odd'),
  () => undefined,
  Promise.resolve(),
]
const item = { image: picture(1), label: 0 }
const set = { classes: ['a'], train: [item], validation: [item] }
const pixels = { data: new Uint8Array(4), shape: [1, 2, 2] }
const arrays = { train: [pixels, [0]], validation: [pixels, [0]] }

type Call = (odd: never) => unknown
const withOption = (name: string) => (odd: unknown) => ({ [name]: odd })

/** What becomes of an odd value: the kinds that are fine come back as they are. */
const calls: Record<string, Call> = {
  'new ImageClassifierData': odd => new ImageClassifierData(odd),
  'ImageClassifierData options': odd => new ImageClassifierData(set, odd),
  ...Object.fromEntries(
    ['classes', 'train', 'validation', 'test'].flatMap(name => [
      [`set.${name}`, (odd: unknown) => new ImageClassifierData({ ...set, [name]: odd } as never)],
      [
        `set.${name}[0]`,
        (odd: unknown) => new ImageClassifierData({ ...set, [name]: [odd] } as never),
      ],
      [`arrays.${name}`, (odd: unknown) => imagesFromArrays({ ...arrays, [name]: odd } as never)],
      [
        `arrays.${name}[0]`,
        (odd: unknown) => imagesFromArrays({ ...arrays, [name]: [odd, [0]] } as never),
      ],
      [
        `arrays.${name}[1]`,
        (odd: unknown) => imagesFromArrays({ ...arrays, [name]: [pixels, odd] } as never),
      ],
      [
        `arrays.${name} shape`,
        (odd: unknown) =>
          imagesFromArrays({ ...arrays, [name]: [{ ...pixels, shape: odd }, [0]] } as never),
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['bs', 'tfms', 'seed', 'workers', 'cacheBytes', 'maxPixels', 'onBadImage'].map(name => [
      `ImageClassifierData ${name}`,
      (odd: unknown) => new ImageClassifierData(set, withOption(name)(odd)),
    ]),
  ),
  'item.image': odd => new ImageClassifierData({ ...set, train: [{ ...item, image: odd }] }),
  'item.label': odd => new ImageClassifierData({ ...set, train: [{ ...item, label: odd }] }),
  fromPaths: odd => ImageClassifierData.fromPaths(odd),
  'fromPaths options': odd => ImageClassifierData.fromPaths('no such folder', odd),
  ...Object.fromEntries(
    ['train', 'validation', 'test', 'classes', 'validFraction', 'splitSeed', 'onPassedOver'].map(
      name => [
        `imagesFromPaths ${name}`,
        (odd: unknown) => imagesFromPaths('no such folder', withOption(name)(odd)),
      ],
    ),
  ),
  fromArchive: odd => ImageClassifierData.fromArchive(odd),
  'fromArchive options': odd => imagesFromArchive('no such file', odd),
  'fromCsv path': odd => ImageClassifierData.fromCsv(odd, 'a', 'b'),
  'fromCsv folder': odd => imagesFromCsv('a', odd, 'b'),
  'fromCsv csv': odd => imagesFromCsv('a', 'b', odd),
  'fromCsv options': odd => imagesFromCsv('a', 'b', 'c', odd),
  fromArrays: odd => ImageClassifierData.fromArrays(odd),
  imagesFromArrays: odd => imagesFromArrays(odd),
  computeStats: odd => computeStats(odd),
  'computeStats options': odd => computeStats([picture(1)], odd),
  decodeImage: odd => decodeImage(odd),
  'decodeImage options': odd => decodeImage(new Uint8Array(0), odd),
  readImage: odd => readImage(odd),
  'readImage options': odd => readImage('no such file', odd),
  shapes: odd => datasets.shapes(odd),
  ...Object.fromEntries(
    ['count', 'validation', 'size', 'classes', 'seed'].map(name => [
      `shapes ${name}`,
      (odd: unknown) => datasets.shapes({ count: 4, ...withOption(name)(odd) }),
    ]),
  ),
  'cifar10 from': odd => datasets.cifar10({ from: odd ?? 'no such folder' }),
  'cifar10 form': odd => datasets.cifar10({ from: 'no such folder', form: odd }),
  'mnist options': odd => datasets.mnist(odd),
}

const isRefused = (odd: unknown) =>
  odd === null || Array.isArray(odd) || !['object', 'undefined'].includes(typeof odd)

describe('wrong kinds', () => {
  it.each(Object.keys(calls))('are told: %s', async name => {
    for (const odd of ODD) {
      // these would be downloaded
      if (name.startsWith('mnist') && !isRefused(odd)) continue
      try {
        await calls[name]!(odd as never)
      } catch (error) {
        expect(DlError.is(error), `${name}(${String(odd)}): ${error}`).toBe(true)
        expect((error as Error).message).not.toMatch(/\[object|undefined\(|Cannot read/)
      }
    }
  })

  it('are told by names that nothing reads', async () => {
    const data = { tfms: probes, seed: 1 }
    for (const [call, message] of [
      [
        () => new ImageClassifierData(set, { ...data, batchSize: 3 } as object),
        'ImageClassifierData has no option batchSize',
      ],
      [
        () => ImageClassifierData.fromPaths('x', { ...data, valid: 'v' } as object),
        'fromPaths has no option valid;',
      ],
      [
        () => ImageClassifierData.fromArrays({ ...arrays, klasses: [] } as never),
        'Did you mean classes?',
      ],
      [
        () => ImageClassifierData.fromCsv('x', 'y', 'z', { sufix: '.jpg' } as object),
        'Did you mean suffix?',
      ],
      [
        () => ImageClassifierData.fromArchive('x', { validfraction: 0.2 } as object),
        'Did you mean validFraction?',
      ],
      [() => imagesFromPaths('x', { bs: 3 } as object), 'imagesFromPaths has no option bs'],
      [
        () => computeStats([picture(1)], { onBad: 'skip' } as object),
        'computeStats has no option onBad',
      ],
      [
        () => decodeImage(new Uint8Array(1), { size: 3 } as object),
        'decodeImage has no option size',
      ],
      [() => datasets.shapes({ sizes: 3 } as object), 'Did you mean size?'],
      [() => datasets.mnist({ tinny: true } as object), 'Did you mean tiny?'],
      [
        () => datasets.cifar10({ form: 'images', source: 'x' } as object),
        'cifar10 has no option source',
      ],
      [
        () => new ImageClassifierData(set, { tfms: tfmsFromStats } as object),
        'tfms is the function tfmsFromStats; expected transforms { train, validation }',
      ],
    ] as const) {
      await expect((async () => call())()).rejects.toThrow(message)
    }
  })
})
