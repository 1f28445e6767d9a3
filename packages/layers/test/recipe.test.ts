import { DlError } from '@dl/core'
import {
  type AnyModule,
  architecture,
  fromRecipe,
  Linear,
  ReLU,
  recipeOf,
  requireRecipe,
  Sequential,
} from '@dl/layers'
import { afterEach, expect, it } from 'vitest'

const made: AnyModule[] = []
const held = <M extends AnyModule>(module: M): M => {
  made.push(module)
  return module
}
afterEach(() => {
  for (const module of made.splice(0)) module.dispose()
})

const mlp = architecture(
  'mlp',
  ({ hidden = 8 }: { hidden?: number } = {}) =>
    new Sequential(new Linear(4, hidden), new ReLU(), new Linear(hidden, 2)),
)

it('is known to what an architecture builds, and builds it again', () => {
  const model = held(mlp({ hidden: 3 }))
  expect(recipeOf(model)).toEqual({ name: 'mlp', options: { hidden: 3 } })
  const again = held(fromRecipe(JSON.parse(JSON.stringify(recipeOf(model))), { mlp }))
  expect(String(again)).toBe(String(model))
  expect(recipeOf(held(mlp()))).toEqual({ name: 'mlp', options: undefined })
})

it('changes nothing about the module', () => {
  const model = held(mlp())
  expect([...model.namedModules()].map(([path]) => path)).toEqual(['', '0', '1', '2'])
  expect(Object.keys(model)).not.toContain('recipe')
  expect(Object.getOwnPropertyDescriptors(model)).not.toHaveProperty('recipe')
})

it('goes by the outermost function, and builds recipes within recipes', () => {
  const outer = architecture('outer', ({ hidden }: { hidden: number }) => mlp({ hidden }))
  expect(recipeOf(held(outer({ hidden: 3 })))!.name).toBe('outer')
  const twice = ({ part }: { part: unknown }, build: (recipe: unknown) => AnyModule) =>
    new Sequential(build(part) as Sequential, build(part) as Sequential)
  const recipe = { name: 'twice', options: { part: { name: 'mlp', options: { hidden: 1 } } } }
  const model = held(fromRecipe(recipe, { mlp, twice }))
  expect(String(model)).toContain('Linear(1, 2)')
})

it('is not known to modules built otherwise, or changed', () => {
  const messageOf = (model: AnyModule) => {
    try {
      requireRecipe(model)
    } catch (error) {
      return DlError.is(error, 'no-recipe') ? error.message : String(error)
    }
    return 'none'
  }
  const own = held(new Sequential(new ReLU()))
  expect(recipeOf(own)).toBe(null)
  expect(messageOf(own)).toBe(
    'nothing says how Sequential was built; expected a model that an architecture built, as it was built. ' +
      "Build it in a function: const myNet = architecture('myNet', options => …); model = myNet({ … }). " +
      'Programs that load it name the function: { architectures: { myNet } }.',
  )
  const model = held(mlp())
  held(model[2]!)
  model[2] = new Linear(8, 3)
  expect(recipeOf(model)).toBe(null)
  expect(messageOf(model)).toMatch(/^parts of Sequential were changed after it was built; /)
})

it('refuses architectures by name', () => {
  expect(() => fromRecipe({ name: 'vgg' }, { mlp })).toThrow(
    'no function builds the architecture "vgg"; expected one of mlp. Give the function that built it: { architectures: { vgg } }.',
  )
  expect(() => fromRecipe({ name: 'toString' }, { mlp })).toThrow('architecture "toString"')
  for (const recipe of [null, undefined, 'mlp', {}, { name: 3 }]) {
    expect(() => fromRecipe(recipe, { mlp })).toThrow('expected { "name": "…", "options": { … } }')
  }
})
