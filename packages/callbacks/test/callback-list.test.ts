import { type Callback, callbackList, type TrainContext } from '@dl/callbacks'
import { DlError } from '@dl/core'
import { add, mul, scalar, tidy } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'

// the list only hands it on
const ctx = { epoch: 0 } as TrainContext

const errorOf = async (action: () => unknown): Promise<DlError> => {
  try {
    await action()
  } catch (error) {
    if (DlError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('callbacks come by order, equals as given, and the array stays as it is', async () => {
  const calls: string[] = []
  const make = (name: string, order?: number): Callback => ({
    name,
    ...(order === undefined ? {} : { order }),
    onBatchEnd: () => void calls.push(name),
  })
  const given = [make('saver', 10), make('a'), make('schedule', -10), make('b', 0)]
  const list = callbackList(given)
  await list.emit('onBatchEnd', ctx)
  expect(calls).toEqual(['schedule', 'a', 'b', 'saver'])
  expect(given.map(c => c.name)).toEqual(['saver', 'a', 'schedule', 'b'])
})

test('events wait for each callback and pass their arguments, this included', async () => {
  const calls: string[] = []
  class Slow implements Callback {
    readonly name = 'slow'
    async onCycleEnd(_ctx: TrainContext, cycle: number): Promise<void> {
      await Promise.resolve()
      calls.push(`${this.name} ${cycle}`)
    }
  }
  const quick: Callback = {
    name: 'quick',
    onCycleEnd: (_, cycle) => void calls.push(`quick ${cycle}`),
  }
  await callbackList([new Slow(), quick]).emit('onCycleEnd', ctx, 3)
  expect(calls).toEqual(['slow 3', 'quick 3'])
})

test('an error names callback and event and ends the event', async () => {
  const cause = new TypeError('no such folder.')
  const calls: string[] = []
  const list = callbackList([
    { name: 'csv', onEpochEnd: () => Promise.reject(cause) },
    { name: 'later', onEpochEnd: () => void calls.push('later') },
  ])
  const error = await errorOf(() => list.emit('onEpochEnd', ctx))
  expect(error.code).toBe('callback-failed')
  expect(error.cause).toBe(cause)
  expect(error.message).toMatchInlineSnapshot(
    `"callback "csv" threw in onEpochEnd: no such folder. The callback's own error is this one's cause."`,
  )
  expect(calls).toEqual([])
})

test('a DlError passes as it is', async () => {
  const thrown = new DlError('nan-loss', { problem: 'the loss is NaN' })
  const list = callbackList([
    {
      name: 'guard',
      onBatchEnd() {
        throw thrown
      },
    },
  ])
  expect(await errorOf(() => list.emit('onBatchEnd', ctx))).toBe(thrown)
})

test('at the end everybody gets a turn, and the first error is thrown afterwards', async () => {
  const calls: string[] = []
  const failing = (name: string): Callback => ({
    name,
    onTrainEnd() {
      calls.push(name)
      throw new Error(`${name} broke`)
    },
  })
  const list = callbackList([failing('first'), failing('second')])
  const error = await errorOf(() => list.emit('onTrainEnd', ctx))
  expect(error.message).toContain('first broke')
  expect(calls).toEqual(['first', 'second'])
})

test('transforms form a chain in the same order', async () => {
  const list = callbackList([
    { name: 'late', order: 1, transformLoss: loss => mul(loss, 10) },
    { name: 'early', order: -1, transformLoss: (loss, _, { output }) => add(loss, output) },
  ])
  const loss = tidy(() => {
    return list.transformLoss(scalar(0.5), ctx, { output: scalar(1), target: scalar(2) })
  })
  expect(await loss.data()).toEqual(Float32Array.of(15))
  expect(list.transformGrads([null], ctx)).toEqual([null])
  const batch = { inputs: [], target: loss, items: 1 }
  expect(list.transformBatch(batch, ctx)).toBe(batch)
  loss.dispose()
})

test('a transform that returns nothing is refused', async () => {
  const forgetful = { name: 'forgetful', transformGrads: () => undefined } as unknown as Callback
  const error = await errorOf(() => callbackList([forgetful]).transformGrads([], ctx))
  expect(error.message).toMatchInlineSnapshot(
    `"transformGrads of callback "forgetful" returned nothing; expected what the loop should go on with. Return the argument to leave it as it is."`,
  )
})

test('states go by name, and by number where a name comes twice', () => {
  const counter = (): Callback & { count: number } => ({
    name: 'counter',
    count: 0,
    state() {
      return this.count
    },
    restore(state) {
      this.count = state as number
    },
  })
  const [a, b] = [counter(), counter()]
  a.count = 1
  b.count = 2
  const states = callbackList([a, b, { name: 'stateless' }]).state()
  expect(states).toEqual({ counter: 1, 'counter#2': 2 })

  const [c, d] = [counter(), counter()]
  callbackList([c, d]).restore({ counter: 7 })
  expect([c.count, d.count]).toEqual([7, 0])
})

test.each([
  [
    'a misspelt event',
    { name: 'mine', onEpochEnds() {} },
    'callback "mine" has onEpochEnds, which nothing calls; expected one of onTrainBegin, onEpochBegin, onPhaseBegin, onBatchBegin, onBatchEnd, onPhaseEnd, onValidationBegin, onValidationEnd, onCycleEnd, onEpochEnd, onTrainEnd, onError, transformBatch, transformLoss, transformGrads. Correct the name, or use one that does not start with "on" or "transform".',
  ],
  [
    'a handler that is none',
    { name: 'mine', onBatchEnd: 3 },
    'onBatchEnd of callback "mine" is 3; expected a function.',
  ],
  [
    'a factory not called',
    () => ({}),
    'callbacks[0] is a function; expected an object with a name and event handlers. Call the factory: progress() instead of progress.',
  ],
  ['null', null, 'callbacks[0] is null; expected an object with a name and event handlers.'],
  [
    'no name',
    { onBatchEnd() {} },
    'callbacks[0] has the name undefined; expected a non-empty string, which errors and checkpoints use.',
  ],
  [
    'an order that sorts nowhere',
    { name: 'mine', order: Number.NaN },
    'callback "mine" has the order NaN; expected a finite number: schedules have -10, savers 10, others 0.',
  ],
])('%s is refused', async (_, callback, message) => {
  const error = await errorOf(() => callbackList([callback as unknown as Callback]))
  expect(error.code).toBe('bad-callback')
  expect(error.message).toBe(message)
})

test('misspelt methods of a class and the same callback twice are refused, too', async () => {
  class Mine {
    readonly name = 'mine'
    onBatchEnded() {}
  }
  expect((await errorOf(() => callbackList([new Mine() as Callback]))).message).toContain(
    'onBatchEnded',
  )
  const twice = { name: 'twice' }
  expect((await errorOf(() => callbackList([twice, twice]))).message).toMatchInlineSnapshot(
    `"callback "twice" is in the list twice; expected each callback once."`,
  )
})
