import { expect, test } from 'vitest'
import { drawBar } from '../../src/progress/bar'
import { cell, clockTime, rate, shortNumber, snakeCase } from '../../src/progress/format'

test.each([
  [0, '0:00'],
  [7.4, '0:07'],
  [59.6, '1:00'],
  [750, '12:30'],
  [3723, '1:02:03'],
  [-1, '0:00'],
])('%f s are %s', (seconds, text) => expect(clockTime(seconds)).toBe(text))

test.each([
  [0.01, '0.01'],
  [0.009936, '0.00994'],
  [0.0001, '1e-4'],
  [2.4717e-5, '2.47e-5'],
  [0, '0'],
  [Number.NaN, 'NaN'],
])('%f is %s', (value, text) => expect(shortNumber(value)).toBe(text))

test('small helpers', () => {
  expect([rate(0.0231), rate(0.25), rate(2.5)]).toEqual([
    '43 batches/s',
    '4.0 batches/s',
    '2.5 s/batch',
  ])
  expect([cell(1.8432), cell(1), cell(undefined), cell(Number.NaN)]).toEqual([
    '1.843200',
    '1.000000',
    '',
    'NaN',
  ])
  expect(['trnLoss', 'valLoss', 'accuracy', 'top5Error'].map(snakeCase)).toEqual([
    'trn_loss',
    'val_loss',
    'accuracy',
    'top5_error',
  ])
})

const line = { label: 'epoch 0 (1/2)', done: 0.5, facts: ['5/10', 'loss 1.0000', '0:05 left'] }

test.each([
  [80, 'epoch 0 (1/2)  ███████████████░░░░░░░░░░░░░░░  5/10  loss 1.0000  0:05 left'],
  [64, 'epoch 0 (1/2)  █████████░░░░░░░░░  5/10  loss 1.0000  0:05 left'],
  [46, 'epoch 0 (1/2)  █████▌░░░░░  5/10  loss 1.0000'],
  [32, 'epoch 0 (1/2)  █████░░░░░  5/10'],
  [12, 'epoch 0 (1/'],
  [0, ''],
])('a bar fits into %d columns', (columns, text) => {
  const drawn = drawBar(line, columns, false)
  expect(drawn).toBe(text)
  expect(drawn.length).toBeLessThan(Math.max(1, columns))
})

test('a bar is never more than full or less than empty', () => {
  const bar = (done: number) => drawBar({ label: '', done, facts: [] }, 13, false).trim()
  expect([bar(-1), bar(0), bar(1), bar(1.5)]).toEqual([
    '░░░░░░░░░░',
    '░░░░░░░░░░',
    '██████████',
    '██████████',
  ])
})
