import type { TrainContext } from '@dl/callbacks'
import { expect, test } from 'vitest'
import { type MonitorOptions, monitored } from '../src/monitor'

const ctx = { smoothLoss: 1.5, metrics: { valLoss: 2, accuracy: 0.75 } } as unknown as TrainContext

test.each([
  [{}, 2],
  [{ monitor: 'trnLoss' }, 1.5],
  [{ monitor: 'accuracy', mode: 'max' }, 0.75],
] as [MonitorOptions, number][])('%o reads %f', (options, expected) => {
  expect(monitored('me', options).read(ctx)).toBe(expected)
})

test.each([
  ['min', 1, null, 0, true],
  ['min', 1, 2, 0, true],
  ['min', 2, 2, 0, false],
  ['min', 1.95, 2, 0.1, false],
  ['min', 1.85, 2, 0.1, true],
  ['max', 2, 1, 0, true],
  ['max', 1, 1, 0, false],
  ['max', 1.05, 1, 0.1, false],
  ['min', Number.NaN, null, 0, false],
  ['max', Number.POSITIVE_INFINITY, 1, 0, false],
] as const)(
  '%s: %f is better than %s by more than %f: %s',
  (mode, value, best, margin, expected) => {
    const monitor = monitored('me', { monitor: 'accuracy', mode })
    expect(monitor.better(value, best, margin)).toBe(expected)
  },
)

test('an unknown name lists those there are', () => {
  const read = (name: string, context = ctx) =>
    monitored('earlyStopping', { monitor: name, mode: 'max' }).read(context)
  expect(() => read('acuracy')).toThrowErrorMatchingInlineSnapshot(
    `[DlError: earlyStopping monitors "acuracy", which this run does not have; expected one of trnLoss, valLoss, accuracy.]`,
  )
  expect(() => read('valLoss', { ...ctx, metrics: {} })).toThrowErrorMatchingInlineSnapshot(
    `[DlError: earlyStopping monitors "valLoss", which this run does not have; expected one of trnLoss. Give validation data, or monitor: 'trnLoss'.]`,
  )
  expect(() => read('toString')).toThrow(/monitors "toString"/)
})

test('a direction is named, or follows from the name', () => {
  expect(() => monitored('earlyStopping', { monitor: 'accuracy' })).toThrow(
    `earlyStopping's monitor is "accuracy" without a mode; expected mode: 'min' or mode: 'max'.`,
  )
  const mode = 'lowest' as 'min'
  expect(() => monitored('earlyStopping', { mode })).toThrow(
    `earlyStopping's mode is "lowest"; expected 'min' or 'max'.`,
  )
})
