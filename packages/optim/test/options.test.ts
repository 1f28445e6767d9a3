/** Every number an optimizer takes is checked where it enters, and errors say what was meant. */
import { DlError, Parameter } from '@dl/core'
import { Linear } from '@dl/layers'
import {
  type AdagradOptions,
  type AdamOptions,
  adagrad,
  adam,
  adamW,
  LayerOptimizer,
  type LayerOptimizerOptions,
  layerGroups,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
  spread,
} from '@dl/optim'
import { ones, tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let p: Parameter
beforeAll(() => {
  p = new Parameter(() => tensor([1, 2]))
})
afterAll(() => p.dispose())

const errorOf = (action: () => unknown): DlError => {
  try {
    action()
  } catch (error) {
    if (DlError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** What plain JavaScript might give instead of a number. */
const NO_NUMBERS = [null, '0.1', true, [0.1, 0.2], {}, Symbol('s')]

interface Case {
  what: string
  give: (value: unknown) => unknown
  right: readonly unknown[]
  wrong: readonly unknown[]
  says: string
}
const FROM_0 = [0, 1e-12, 1, 1e6]
const NOT_FROM_0 = [-1e-9, -1, Number.NaN, Infinity, -Infinity]
const PART = [0, 0.5, 0.9999]
const NO_PART = [1, 1.5, -0.1, Number.NaN, Infinity]
const fn = (position: number) => position / 2
const lo = (options: unknown) =>
  new LayerOptimizer(sgd, [p], 0.1, 0, options as LayerOptimizerOptions)

const cases: Case[] = [
  ...[adam, adamW].flatMap(rule => [
    {
      what: `${rule === adam ? 'adam' : 'adamW'}'s betas[0]`,
      give: (beta: unknown) => rule({ betas: [beta, 0.9] } as AdamOptions),
      right: [...PART, fn],
      wrong: NO_PART,
      says: 'a number from 0 to below 1, or a function of the position',
    },
    {
      what: `${rule === adam ? 'adam' : 'adamW'}'s betas[1]`,
      give: (beta: unknown) => rule({ betas: [0.9, beta] } as AdamOptions),
      right: [...PART, fn],
      wrong: NO_PART,
      says: 'a number from 0 to below 1, or a function of the position',
    },
    {
      what: `${rule === adam ? 'adam' : 'adamW'}'s eps`,
      give: (eps: unknown) => rule({ eps } as AdamOptions),
      right: FROM_0,
      wrong: NOT_FROM_0,
      says: 'a finite number of at least 0',
    },
  ]),
  {
    what: "adagrad's lrDecay",
    give: lrDecay => adagrad({ lrDecay } as AdagradOptions),
    right: FROM_0,
    wrong: NOT_FROM_0,
    says: 'a finite number of at least 0',
  },
  {
    what: "adagrad's eps",
    give: eps => adagrad({ eps } as AdagradOptions),
    right: FROM_0,
    wrong: NOT_FROM_0,
    says: 'a finite number of at least 0',
  },
  {
    what: "rmsprop's alpha",
    give: alpha => rmsprop({ alpha } as RmspropOptions),
    right: [...PART, fn],
    wrong: NO_PART,
    says: 'a number from 0 to below 1, or a function of the position',
  },
  {
    what: "rmsprop's eps",
    give: eps => rmsprop({ eps } as RmspropOptions),
    right: FROM_0,
    wrong: NOT_FROM_0,
    says: 'a finite number of at least 0',
  },
  {
    what: "rmsprop's momentum",
    give: momentum => rmsprop({ momentum } as RmspropOptions),
    right: [...PART, fn],
    wrong: NO_PART,
    says: 'a number from 0 to below 1, or a function of the position',
  },
  {
    what: "sgd's momentum",
    give: momentum => sgd({ momentum } as SgdOptions),
    right: [...PART, fn],
    wrong: NO_PART,
    says: 'a number from 0 to below 1, or a function of the position',
  },
  ...(['clip', 'clipValue'] as const).map(name => ({
    what: `LayerOptimizer's ${name}`,
    give: (value: unknown) => lo({ [name]: value }),
    right: [1e-3, 1, null, undefined],
    wrong: [0, -1, Number.NaN, Infinity],
    says: 'a finite number above 0, or none for no clipping',
  })),
]

describe.each(cases)('$what', ({ what, give, right, wrong, says }) => {
  it.each(right.map(value => [value]))('may be %o', value => {
    expect(give(value)).toBeTruthy()
  })

  const notANumber = NO_NUMBERS.filter(value => value !== null || !right.includes(null))
  it.each([...wrong, ...notANumber].map(value => [value]))('is refused as %o', value => {
    const { code, message } = errorOf(() => give(value))
    expect(code).toBe('bad-option')
    expect(message.startsWith(`${what} is `)).toBe(true)
    if (typeof value === 'number') expect(message).toContain(`is ${value}; `)
    expect(message.endsWith(`expected ${says}.`)).toBe(true)
  })
})

it.each<[string, (value: unknown) => unknown]>([
  ['lrs', value => new LayerOptimizer(sgd, [p], value as number)],
  ['lrs', value => new LayerOptimizer(sgd, [p], 0.1).setLrs(value as number)],
  ['lrs', value => new LayerOptimizer(sgd, [p], 0.1).setBaseLrs(value as number)],
  ['lrs', value => new LayerOptimizer(sgd, [p], () => value as number)],
  ['wds', value => new LayerOptimizer(sgd, [p], 0.1, value as number)],
  ['wds', value => new LayerOptimizer(sgd, [p], 0.1).setWds(value as number)],
  ['momentum', value => new LayerOptimizer(sgd, [p], 0.1).setMom(value as number)],
  ['beta', value => new LayerOptimizer(adam, [p], 0.1).setBeta(value as number)],
])('%s holds nothing but its numbers', (name, give) => {
  const upTo1 = name === 'momentum' || name === 'beta'
  const range = upTo1 ? 'a number from 0 to below 1' : 'a finite number of at least 0'
  for (const value of [-1, Number.NaN, Infinity, null, '0.1', {}, ...(upTo1 ? [1] : [])]) {
    const { code, message } = errorOf(() => give(value))
    expect(code).toBe('bad-option')
    expect(message).toMatch(new RegExp(`^${name} holds .*; expected ${range}\\.$`))
  }
})

it('says what the learning rate was', () => {
  expect(() => new LayerOptimizer(sgd, [p], [Number.NaN])).toThrow('lrs holds NaN; expected')
  expect(() => new LayerOptimizer(sgd, [p], '0.1' as never)).toThrow('lrs holds "0.1"; expected')
  expect(() => new LayerOptimizer(sgd, [p], { lr: 1 } as never)).toThrow('an object with lr;')
})

it.each<[() => unknown, string]>([
  [
    () => new LayerOptimizer(adam() as never, [p], 0.1),
    'LayerOptimizer got the rule that adam() makes; expected a function that makes it. Write adam without calling it, or () => adam({ … }) to give it options.',
  ],
  [
    () => new LayerOptimizer((() => adam) as never, [p], 0.1),
    'LayerOptimizer got a function that makes the function adam; expected one that makes an update rule, with name, momentum, slots and update. Call it: () => adam({ … }).',
  ],
  [
    () => new LayerOptimizer('adam' as never, [p], 0.1),
    'LayerOptimizer got "adam" for its rule; expected a function that makes one: adam, or () => sgd({ momentum: 0.9 }).',
  ],
  [
    () => adam({ lr: 1e-3 } as AdamOptions),
    'adam has no option lr; expected one of betas, eps. Learning rates are the third argument of LayerOptimizer.',
  ],
  [
    () => adamW({ weight_decay: 1e-2 } as AdamOptions),
    'adamW has no option weight_decay; expected one of betas, eps. Weight decay is the fourth argument of LayerOptimizer.',
  ],
  [
    () => adagrad({ lr_decay: 1e-2 } as AdagradOptions),
    'adagrad has no option lr_decay; expected one of lrDecay, eps. Did you mean lrDecay?',
  ],
  [
    () => adam(1e-3 as AdamOptions),
    "adam's options are 0.001; expected an object with any of betas, eps.",
  ],
  [() => adam({ betas: 0.9 } as never), "adam's betas are 0.9; expected two, as [0.9, 0.999]."],
  [() => adam({ betas: [0.9] } as never), "adam's betas are [0.9]; expected two, as [0.9, 0.999]."],
  [
    () => sgd({ nesterov: true }),
    "sgd's nesterov is true and momentum 0; expected a momentum to look ahead along.",
  ],
  [
    () => sgd({ momentum: 0.9, nesterov: 'yes' } as never),
    'sgd\'s nesterov is "yes"; expected true or false.',
  ],
  [
    () => lo({ clipNorm: 1 }),
    'LayerOptimizer has no option clipNorm; expected one of clip, clipValue, decoupled, noDecayFor1d.',
  ],
  [
    () => lo({ noDecayFor1D: true, momentum: 1 }),
    'LayerOptimizer has no option noDecayFor1D; expected one of clip, clipValue, decoupled, noDecayFor1d. Did you mean noDecayFor1d?',
  ],
  [
    () => lo({ momentum: 0.9 }),
    'LayerOptimizer has no option momentum; expected one of clip, clipValue, decoupled, noDecayFor1d. It is an option of the rule: () => sgd({ momentum: 0.9 }).',
  ],
  [
    () => lo({ clip: 1, clipValue: 0.5 }),
    "LayerOptimizer's clip is 1 and clipValue 0.5; expected one of the two.",
  ],
  [
    () => new LayerOptimizer(adam, new Map([['a', p]]) as never, 0.1),
    'LayerOptimizer got a Map among its layer groups; expected modules, parameters, or lists of them.',
  ],
  [
    () => new LayerOptimizer(adam, undefined as never, 0.1),
    'LayerOptimizer got undefined among its layer groups; expected modules, parameters, or lists of them.',
  ],
  [
    () => new LayerOptimizer(adam, { parameters: () => [] }, 0.1).step([]),
    'the LayerOptimizer has no parameters to update; expected a model that shows at least one. Layers belong in fields of a module, in arrays or plain objects: a Map or a closure hides them.',
  ],
  [
    () => layerGroups({ namedParameters: () => [] }),
    'layerGroups got a model without parameters; expected at least one.',
  ],
  [
    () => layerGroups({ namedParameters: () => [['w', p]] }, [3 as never]),
    'layerGroups got the pick 3; expected a path, or a function of path and parameter.',
  ],
  [() => spread('1' as never, 2, 3), 'spread got "1" and 2; expected two finite numbers above 0.'],
  [
    () => spread(1, 2, Infinity),
    'spread got a count of Infinity; expected an integer of at least 1.',
  ],
])('teaches: %s', (action, message) => {
  expect(errorOf(action).message).toBe(message)
})

it('refuses gradients of other shapes and kinds before anything changes', async () => {
  const optimizer = new LayerOptimizer(sgd, [p], 1)
  const grad = ones([2, 1])
  expect(errorOf(() => optimizer.step([grad])).message).toBe(
    'the gradient of parameter 0 is [2, 1]; expected [2], as the parameter, or null.',
  )
  expect(errorOf(() => optimizer.step([undefined as never])).code).toBe('shape-mismatch')
  expect(errorOf(() => optimizer.step(grad as never)).message).toMatch(
    /^a Tensor gradients were given for 1 parameters/,
  )
  expect([...(await p.value.data())]).toEqual([1, 2])
  grad.dispose()
})

it('refuses states that hold no numbers', () => {
  const optimizer = new LayerOptimizer(sgd, [p], 1)
  const { values } = optimizer.stateDict()
  const load = (state: unknown) => errorOf(() => optimizer.loadStateDict(state as never)).message
  expect(load(undefined)).toMatch(/does not fit: it is undefined, without tensors and values;/)
  expect(load({ tensors: {}, values: { ...values, lrs: [null] } })).toMatch(
    /its lrs holds null, not a finite number of at least 0;/,
  )
  expect(load({ tensors: {}, values: { ...values, momentum: 1 } })).toMatch(/its momentum holds 1,/)
  expect(load({ tensors: { '7.m': p.value }, values })).toMatch(/7\.m belongs to none of its 1/)
  expect(load({ tensors: {}, values: { ...values, steps: null } })).toMatch(
    /it has null parameters/,
  )
  expect(optimizer.lr).toBe(1)
})

describe('wrong kinds of arguments give DlErrors, never TypeErrors', () => {
  const kinds: unknown[] = [
    undefined,
    null,
    3,
    Number.NaN,
    'adam',
    {},
    [],
    () => 1,
    Symbol('s'),
    true,
  ]
  const model = new Linear(2, 1)
  afterAll(() => model.dispose())
  const exported: [string, ((...given: never[]) => unknown)[]][] = [
    ['sgd', [sgd]],
    ['adam', [adam]],
    ['adamW', [adamW]],
    ['rmsprop', [rmsprop]],
    ['adagrad', [adagrad]],
    ['spread', [spread, given => spread(1, given, 2), given => spread(1, 2, given)]],
    ['layerGroups', [layerGroups, picks => layerGroups(model, picks)]],
    [
      'LayerOptimizer',
      [
        (...given) => new LayerOptimizer(...(given as unknown as [typeof adam, Linear, number])),
        groups => new LayerOptimizer(adam, groups, 1),
        group => new LayerOptimizer(adam, [group], 1),
        group => new LayerOptimizer(adam, [[group]], 1),
        lrs => new LayerOptimizer(adam, model, lrs),
        wds => new LayerOptimizer(adam, model, 1, wds),
        options => new LayerOptimizer(adam, model, 1, 0, options),
        position => new LayerOptimizer(adam, model, 1).setPosition(position),
        grads => new LayerOptimizer(adam, model, 1).step(grads),
        state => new LayerOptimizer(adam, model, 1).loadStateDict(state),
      ],
    ],
  ]
  it.each(exported)('%s', (_, calls) => {
    for (const call of calls) {
      for (const first of kinds) {
        for (const second of kinds) {
          try {
            ;(call as (...given: unknown[]) => unknown)(first, second)
          } catch (error) {
            expect(error).toSatisfy(DlError.is)
          }
        }
      }
    }
  })
})
