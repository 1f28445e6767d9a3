import { type Batch, disposeBatch, type Example, fromStream, type StreamLoader } from '@dl/data'
import { tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

async function* squares(count: number, from = 0): AsyncGenerator<Example> {
  for (let i = from; i < from + count; i++) yield { inputs: [[i, 1]], target: [i * i] }
}

async function epoch(loader: AsyncIterable<Batch>) {
  const targets: number[][] = []
  for await (const batch of loader) {
    targets.push([...(await batch.target.data())])
    disposeBatch(batch)
  }
  return targets
}
const problem = (loader: StreamLoader) =>
  epoch(loader).then(String, (error: Error) => error.message)

describe('fromStream', () => {
  it('gives batches of examples, epoch after epoch', async () => {
    const loader = fromStream(number => squares(5, number), { bs: 2 })
    expect(loader.length).toBeUndefined()
    expect(await epoch(loader)).toEqual([[0, 1], [4, 9], [16]])
    expect(await epoch(loader)).toEqual([[1, 4], [9, 16], [25]])
    expect(loader.state()).toEqual({ epoch: 2 })
    loader.restore({ epoch: 1 })
    expect(await epoch(loader)).toEqual([[1, 4], [9, 16], [25]])
    const whole = fromStream(() => squares(5), { bs: 2, dropLast: true, length: 2 })
    expect([whole.length, await epoch(whole)]).toEqual([
      2,
      [
        [0, 1],
        [4, 9],
      ],
    ])
  })

  it('lays items out as the loader of a data set does', async () => {
    for await (const batch of fromStream(() => squares(3), { layout: 'timeFirst' })) {
      expect([batch.inputs[0]!.shape, batch.target.shape, batch.items]).toEqual([[2, 3], [1, 3], 3])
      disposeBatch(batch)
    }
  })

  it('takes lists, ReadableStreams and promises of them', async () => {
    const list = [{ inputs: [1], target: 2 }]
    const stream = () =>
      new ReadableStream<Example>({
        start(controller) {
          for (const one of list) controller.enqueue(one)
          controller.close()
        },
      })
    const bare = () => {
      const own = stream()
      return { getReader: () => own.getReader() } as unknown as ReadableStream<Example>
    }
    for (const open of [list, () => list, stream, async () => stream(), bare]) {
      const loader = fromStream(open)
      for (let i = 0; i < 2; i++) expect(await epoch(loader)).toEqual([[2]])
    }
  })

  it('passes batches on', async () => {
    async function* batches(): AsyncGenerator<Batch> {
      for (const i of [1, 2]) yield { inputs: [tensor([i])], target: tensor([i]), items: 7 }
    }
    const items: number[] = []
    for await (const batch of fromStream(batches, { bs: 100 })) {
      items.push(batch.items)
      disposeBatch(batch)
    }
    expect(items).toEqual([7, 7])
  })

  it('closes a stream that is left', async () => {
    let open = 0
    async function* watched() {
      open++
      try {
        yield* squares(100)
      } finally {
        open--
      }
    }
    let cancelled = false
    const stream = {
      read: async () => ({ done: false, value: { inputs: [1], target: 1 } }),
      cancel: async () => void (cancelled = true),
    }
    const bare = { getReader: () => stream } as unknown as ReadableStream<Example>
    for (const source of [watched, () => bare]) {
      for await (const batch of fromStream(source, { bs: 3 })) {
        disposeBatch(batch)
        break
      }
    }
    expect([open, cancelled]).toEqual([0, true])
  })

  it('says when a stream cannot begin again', async () => {
    const message =
      'the stream was read before; expected a new one for each epoch. Give the function that makes it: fromStream(() => lines()).'
    const one = squares(2)
    for (const source of [squares(2), () => one]) {
      const loader = fromStream(source)
      expect(await epoch(loader)).toEqual([[0, 1]])
      expect(await problem(loader)).toBe(message)
    }
  })

  it('says what is wrong with what came', async () => {
    expect(await problem(fromStream([]))).toBe(
      'the stream ended after 0 items, without a batch; expected at least 1.',
    )
    expect(await problem(fromStream(() => squares(3), { bs: 4, dropLast: true }))).toBe(
      'the stream ended after 3 items, without a batch; expected at least 4, or dropLast: false.',
    )
    const odd = [{ inputs: [1], target: 1 }, 7] as Example[]
    expect(await problem(fromStream(odd))).toMatch(/^item 1 is no example;/)
    expect(await problem(fromStream(() => 7 as unknown as Example[]))).toMatch(/^the stream is 7;/)
    const batch = { inputs: [], target: tensor([1]), items: 1 }
    expect(await problem(fromStream([{ inputs: [1], target: 1 }, batch]))).toMatch(
      /^item 1 of the stream is a batch, those before it are examples;/,
    )
    disposeBatch(batch)
  })

  it.each([
    [undefined, {}, 'the stream is undefined'],
    [null, {}, 'the stream is null'],
    [{ length: 3 }, {}, 'the stream is an object with length'],
    [[], { bs: 0 }, 'bs is 0'],
    [[], { length: 1.5 }, 'length is 1.5'],
    [[], { layout: 'row' }, 'layout is "row"'],
    [[], { batchSize: 2 }, 'fromStream has no option batchSize'],
    [[], null, "fromStream's options are null"],
  ])('refuses %j with %j', (source, options, message) => {
    expect(() => fromStream(source as Example[], options as object)).toThrow(message)
    expect(() => fromStream([]).restore({ epoch: -1 })).toThrow('the stored epoch is -1')
  })
})
