import { checkOptions, nearest, showValue } from '@dl/core'
import { describe, expect, it } from 'vitest'

interface Options {
  patience?: number
  minLr?: number | null
}

const check = (options: unknown) =>
  checkOptions('wait', options as Options, ['patience', 'minLr'], {
    lr: 'The learning rate is the second argument.',
  })

describe('checkOptions', () => {
  it('gives known options back as they are, whatever their values', () => {
    for (const options of [{}, { patience: 3 }, { minLr: null }, { patince: undefined }]) {
      expect(check(options)).toBe(options)
    }
  })

  it.each<[unknown, string]>([
    [
      { patince: 3 },
      'wait has no option patince; expected one of patience, minLr. Did you mean patience?',
    ],
    [
      { min_lr: 3 },
      'wait has no option min_lr; expected one of patience, minLr. Did you mean minLr?',
    ],
    [
      { lr: 3 },
      'wait has no option lr; expected one of patience, minLr. The learning rate is the second argument.',
    ],
    [{ other: 3 }, 'wait has no option other; expected one of patience, minLr.'],
    [null, "wait's options are null; expected an object with any of patience, minLr."],
    [3, "wait's options are 3; expected an object with any of patience, minLr."],
    [[1e-3], "wait's options are [0.001]; expected an object with any of patience, minLr."],
    [() => 1, "wait's options are a function; expected an object with any of patience, minLr."],
  ])('refuses %o', (options, message) => {
    expect(() => check(options)).toThrow(expect.objectContaining({ code: 'bad-option', message }))
  })

  it('is told all names of the type', () => {
    // @ts-expect-error minLr is missing
    checkOptions('wait', {} as Options, ['patience'])
    // @ts-expect-error there is no factor
    checkOptions('wait', {} as Options, ['patience', 'minLr', 'factor'])
  })
})

it.each([
  ['cyclelen', 'cycleLen'],
  ['cycle-len', 'cycleLen'],
  ['cylceLen', 'cycleLen'],
  ['cycleLength', 'cycleLen'],
  ['esp', 'eps'],
  ['eps_', 'eps'],
  ['ep', null],
  ['', null],
  ['momentum', null],
])('nearest to %s is %s', (name, near) => {
  expect(nearest(name, ['cycleMult', 'cycleLen', 'eps'])).toBe(near)
})

it.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  [-0.5, '-0.5'],
  ['0.1', '"0.1"'],
  ['x'.repeat(100), `"${'x'.repeat(60)}…"`],
  [Symbol('s'), 'Symbol(s)'],
  [2n, '2'],
  [() => 1, 'a function'],
  [function adam() {}, 'the function adam'],
  [[1, 'a', [null]], '[1, "a", […]]'],
  [Array(10).fill(0), '[0, 0, 0, 0, 0, 0, 0, 0, …]'],
  [{}, 'an empty object'],
  [{ a: 1, b: 2 }, 'an object with a, b'],
  [Object.create(null), 'an empty object'],
  [new Map(), 'a Map'],
  [new Date(Number.NaN), 'a Date'],
])('shows %o as %s', (value, text) => {
  expect(showValue(value)).toBe(text)
})
