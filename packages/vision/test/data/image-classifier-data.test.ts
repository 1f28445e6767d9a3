import { DlError, manualSeed } from '@dl/core'
import { disposeBatch } from '@dl/data'
import {
  cifar10Stats,
  encodePng,
  ImageClassifierData,
  type ImageItem,
  type ImageSet,
  tfmsFromStats,
} from '@dl/vision'
import { tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { firstOf, messageOf, picture, probes, type Seen, seen } from '../kit'

const CLASSES = ['cat', 'dog', 'fish']
const items = (count: number, from = 0): ImageItem[] =>
  Array.from({ length: count }, (_, i) => ({
    image: encodePng(picture(from + i, 4)),
    label: (from + i) % 3,
    name: `${from + i}.png`,
  }))
const set: ImageSet = { classes: CLASSES, train: items(10), validation: items(5, 10) }
const dataOf = (options = {}, of: ImageSet = set) =>
  new ImageClassifierData(of, { tfms: probes, bs: 4, seed: 1, ...options })
const values = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => picture(from + i, 4).data[0])

describe('the six loaders', () => {
  it('shuffle and augment training alone; aug augments validation, fix leaves training', async () => {
    const data = dataOf({}, { ...set, test: [{ image: picture(20, 4) }] })
    const train = await seen(data.train)
    expect(train.sizes).toEqual([4, 4, 2])
    expect(train.pictures.map(([value]) => value)).not.toEqual(values(0, 10))
    expect(train.pictures.map(([value]) => value).sort()).toEqual(values(0, 10).sort())
    for (const [name, from, count, augmented] of [
      ['validation', 10, 5, false],
      ['fix', 0, 10, false],
      ['aug', 10, 5, true],
      ['test', 20, 1, false],
      ['testAug', 20, 1, true],
    ] as const) {
      const { pictures, targets } = await seen(data[name]!)
      expect(pictures.map(([value]) => value)).toEqual(values(from, count))
      expect(pictures.every(([, chance]) => (chance !== 0) === augmented)).toBe(true)
      expect(targets).toEqual(values(from, count).map((_, i) => (from === 20 ? 0 : (from + i) % 3)))
    }
  })

  it('keep pictures and targets together', async () => {
    const { pictures, targets } = await seen(dataOf().train)
    const label = new Map(values(0, 10).map((value, i) => [value, i % 3]))
    expect(targets).toEqual(pictures.map(([value]) => label.get(value)))
  })

  it('draw the same for a picture whatever batch and workers', async () => {
    const once = await seen(dataOf().train)
    for (const options of [{ workers: 1 }, { workers: 3 }, { cacheBytes: 0 }]) {
      expect(await seen(dataOf(options).train)).toEqual(once)
    }
    const other = await seen(dataOf({ bs: 5 }).train)
    expect([other.pictures, other.targets]).toEqual([once.pictures, once.targets])
    expect((await seen(dataOf({ seed: 2 }).train)).pictures).not.toEqual(once.pictures)
  })

  it('draw anew each epoch and for each loader', async () => {
    const data = dataOf()
    const [first, second] = [await seen(data.aug), await seen(data.aug)]
    const same = dataOf({}, { ...set, train: set.validation })
    const drawn = ({ pictures }: Seen) => pictures.map(([, chance]) => chance).sort()
    expect(drawn(await seen(same.train))).not.toEqual(drawn(await seen(same.aug)))
    expect(second.targets).toEqual(first.targets)
    expect(second.pictures).not.toEqual(first.pictures)
    expect(new Set([...first.pictures, ...second.pictures].map(([, chance]) => chance)).size).toBe(
      10,
    )
  })

  it('follow manualSeed without a seed', async () => {
    const run = () => {
      manualSeed(5)
      return seen(dataOf({ seed: undefined }).train)
    }
    expect(await run()).toEqual(await run())
  })

  it('go on where they were stored', async () => {
    const data = dataOf()
    await seen(data.train)
    const state = JSON.parse(JSON.stringify(data.train.state()))
    const later = await seen(data.train)
    const resumed = dataOf({ seed: 99 })
    resumed.train.restore(state)
    expect(await seen(resumed.train)).toEqual(later)
    expect(() => resumed.train.restore({ epoch: -1 })).toThrow('the stored epoch is -1')
  })

  it('do not disturb each other', async () => {
    const data = dataOf()
    const alone = [await seen(dataOf().train), await seen(data.validation)]
    const [train, validation] = await Promise.all([seen(data.train), seen(data.validation)])
    expect([train, validation]).toEqual(alone)
    const pair = dataOf()
    const [a, b] = await Promise.all([seen(pair.train), seen(pair.train)])
    expect([a.pictures.length, b.pictures.length]).toEqual([10, 10])
    expect(a).toEqual(alone[0])
    expect(b.pictures).not.toEqual(a.pictures)
  })

  it('stop reading when an epoch is broken off, and begin the next as ever', async () => {
    let read = 0
    const slow = items(100).map(item => ({
      ...item,
      async image() {
        read++
        await new Promise(resolve => setTimeout(resolve, 1))
        return item.image as Uint8Array
      },
    }))
    const data = dataOf({ workers: 2, cacheBytes: 0 }, { ...set, train: slow })
    for await (const batch of data.train) {
      disposeBatch(batch)
      break
    }
    const then = read
    await new Promise(resolve => setTimeout(resolve, 50))
    // those underway
    expect(read).toBeLessThanOrEqual(then + 2)
    const twin = dataOf({}, { ...set, train: items(100) })
    await seen(twin.train)
    expect(await seen(data.train)).toEqual(await seen(twin.train))
  })

  it('leave nothing behind when an epoch is broken off', async () => {
    const batch = await firstOf(dataOf().train)
    expect([batch.inputs[0]!.shape, batch.target.dtype]).toEqual([[4, 1, 1, 2], 'int32'])
    disposeBatch(batch)
  })
})

describe('pictures', () => {
  let read = 0
  const lazy = (count: number) =>
    items(count).map(item => ({
      ...item,
      image() {
        read++
        return item.image as Uint8Array
      },
    }))

  it('are read when they are due, not the whole epoch', async () => {
    read = 0
    disposeBatch(await firstOf(dataOf({}, { ...set, train: lazy(100) }).train))
    expect(read).toBe(12)
  })

  it('are decoded once while there is room', async () => {
    const reads = async (cacheBytes: number) => {
      read = 0
      const data = dataOf({ cacheBytes }, { ...set, train: lazy(10) })
      for (const loader of [data.train, data.train, data.fix]) await seen(loader)
      return read
    }
    const bytes = 4 * 4 * 3
    expect([await reads(10 * bytes), await reads(4 * bytes), await reads(0)]).toEqual([10, 22, 30])
  })

  it('of several labels have targets of zeros and ones', async () => {
    const labels = [[0, 2], [], [1]]
    const multi = (from: number) => labels.map((label, i) => ({ image: picture(from + i), label }))
    const data = dataOf({}, { classes: CLASSES, train: multi(0), validation: multi(3) })
    const batch = await firstOf(data.validation)
    expect([data.isMulti, batch.target.shape, batch.target.dtype]).toEqual([
      true,
      [3, 3],
      'float32',
    ])
    expect([...(await batch.target.data())]).toEqual([1, 0, 1, 0, 0, 0, 0, 1, 0])
    disposeBatch(batch)
  })

  it('without transforms are 0 to 1, all of one size', async () => {
    const data = dataOf({ tfms: undefined })
    const batch = await firstOf(data.validation)
    expect(batch.inputs[0]!.shape).toEqual([4, 4, 4, 3])
    expect((await batch.inputs[0]!.data())[0]).toBeCloseTo(picture(10, 4).data[0]! / 255, 6)
    disposeBatch(batch)
    const odd = dataOf(
      { tfms: undefined },
      { ...set, train: [...items(3), { ...items(1)[0]!, image: picture(0, 5) }] },
    )
    expect(await messageOf(seen(odd.fix))).toBe(
      'a picture of 4 x 4 x 3 and one of 5 x 5 x 3 do not fit into one batch; expected pictures of one size. Give transforms that bring them to one: tfms: tfmsFromStats(stats, 64).',
    )
  })

  it('come back by denorm', async () => {
    const x = tensor([0, 2, -2, 4], [2, 1, 1, 2])
    const y = dataOf().denorm(x)
    expect([...(await y.data())]).toEqual([0.5, 1, 0, 1])
    expect(y.shape).toEqual([2, 1, 1, 2])
    const three = new ImageClassifierData(set, { tfms: tfmsFromStats(cifar10Stats, 4) })
    expect(() => three.denorm(x)).toThrow(
      'the pictures are [2, 1, 1, 2]; expected [..., 3], as the stats have.',
    )
    x.dispose()
    y.dispose()
  })
})

describe('bad pictures', () => {
  const withBad = (...bad: number[]): ImageSet => ({
    ...set,
    train: items(10).map((item, i) =>
      bad.includes(i) ? { ...item, image: new Uint8Array(3) } : item,
    ),
  })

  it('end the epoch by name', async () => {
    const data = dataOf({}, withBad(6))
    expect(await messageOf(seen(data.train))).toMatch(/^6.png could not be decoded/)
    await expect(seen(data.fix)).rejects.toMatchObject({ code: 'bad-image' })
    expect(data.skipped).toEqual([])
  })

  it('are left out of their batches and told once', async () => {
    const told: string[] = []
    let reads = 0
    const set = withBad(1, 2, 9)
    const counted = set.train.map((item, i) => ({
      ...item,
      image() {
        if (i === 1) reads++
        return item.image as Uint8Array
      },
    }))
    const onBadImage = (name: string) => told.push(name)
    const data = dataOf({ onBadImage }, { ...set, train: counted })
    for (let epoch = 0; epoch < 2; epoch++) {
      const { pictures, targets, sizes } = await seen(data.fix)
      expect(sizes).toEqual([2, 4, 1])
      expect(pictures.map(([value]) => value)).toEqual(
        [0, 3, 4, 5, 6, 7, 8].map(i => values(i, 1)[0]),
      )
      expect(targets).toEqual([0, 0, 1, 2, 0, 1, 2])
    }
    expect(told).toEqual(['1.png', '2.png', '9.png'])
    expect(reads).toBe(1)
    expect(data.skipped.map(({ name, error }) => [name, error.code])).toEqual(
      told.map(name => [name, 'bad-image']),
    )
    expect(data.files.train).toEqual([0, 3, 4, 5, 6, 7, 8].map(i => `${i}.png`))
    expect(data.items.train[1]).toBe(counted[3])
  })

  it('are no batch when there is nothing else in it', async () => {
    const data = dataOf({ bs: 2, onBadImage: 'skip' }, withBad(2, 3))
    expect((await seen(data.fix)).sizes).toEqual([2, 2, 2, 2])
  })

  it.each([
    new TypeError('no such method'),
    new DlError('no-decoder', { problem: 'sharp could not be loaded' }),
  ])('are no excuse for other errors: %s', async error => {
    const broken = { image: () => Promise.reject(error), label: 0 }
    const data = dataOf({ onBadImage: 'skip' }, { ...set, validation: [broken] })
    expect(await messageOf(seen(data.validation))).toBe(error.message)
  })
})

describe('refuses', () => {
  it.each([
    [
      'an empty part',
      { ...set, validation: [] },
      {},
      'validation has no pictures; expected at least 1.',
    ],
    [
      'a missing label',
      { ...set, train: [{ image: picture(1) }] },
      {},
      'train[0] has no label; expected an integer from 0 to 2.',
    ],
    [
      'a label of no class',
      { ...set, validation: [{ ...items(1)[0]!, label: 3 }] },
      {},
      '0.png has the label 3; expected an integer from 0 to 2.',
    ],
    [
      'a list among numbers',
      { ...set, train: [...items(1), { ...items(1)[0]!, label: [1] }] },
      {},
      '0.png has the label [1]; expected an integer from 0 to 2.',
    ],
    ['no workers', set, { workers: 0 }, 'workers is 0; expected an integer of at least 1.'],
    ['half a picture', set, { bs: 0.5 }, 'bs is 0.5; expected an integer of at least 1.'],
    [
      'less than no cache',
      set,
      { cacheBytes: -1 },
      'cacheBytes is -1; expected a number of at least 0.',
    ],
  ] as const)('%s', (_, of, options, message) => {
    expect(() => dataOf(options, of as ImageSet)).toThrow(message)
  })
})
