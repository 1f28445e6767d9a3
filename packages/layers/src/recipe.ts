/**
 * How a module is built, as data: the name of an architecture and its options. A program that reads
 * it has the function of that name; nothing of the recipe itself is ever run.
 */
import { DlError, showValue } from '@dl/core'
import { type AnyModule, isModule } from './module'

/** Plain JSON. */
export interface Recipe {
  /** Of the architecture: 'resnet34'. */
  readonly name: string
  readonly options?: unknown
}

/** Where modules keep it, of whichever copy of this package. Not a field that the walk would see. */
const key = Symbol.for('@dl/recipe')

/** The recipe, and what the module looked like when it was new. */
interface Kept {
  readonly recipe: Recipe
  readonly tree: string
}

/**
 * Gives a module its recipe.
 *
 * @returns the module
 */
export function withRecipe<M extends AnyModule>(module: M, recipe: Recipe): M {
  if (!isModule(module)) {
    throw new DlError('bad-option', {
      problem: `${recipe?.name ?? 'an architecture'} built ${showValue(module)}`,
      expected: 'a Module',
    })
  }
  const kept: Kept = { recipe, tree: String(module) }
  return Object.defineProperty(module, key, { value: kept, configurable: true })
}

/**
 * A function that builds modules, so that they know how: what it returns can be exported. It takes
 * one record of options, plain JSON, or none.
 *
 * @param name under which programs that load a module find the function again
 *
 * @example
 * ```ts
 * import { architecture, Linear, ReLU, recipeOf, Sequential } from '@dl/layers'
 *
 * const mlp = architecture('mlp', ({ hidden = 8 }: { hidden?: number } = {}) =>
 *   new Sequential(new Linear(4, hidden), new ReLU(), new Linear(hidden, 2)),
 * )
 * const model = mlp({ hidden: 16 })
 * JSON.stringify(recipeOf(model)) // → {"name":"mlp","options":{"hidden":16}}
 * model.dispose()
 * ```
 */
export function architecture<Args extends [options?: object], M extends AnyModule>(
  name: string,
  build: (...args: Args) => M,
): (...args: Args) => M {
  if (typeof name !== 'string' || name === '' || typeof build !== 'function') {
    throw new DlError('bad-option', {
      problem: `architecture got ${showValue(name)} and ${showValue(build)}`,
      expected: 'a name and a function from options to a module',
    })
  }
  const made = (...args: Args): M => withRecipe(build(...args), { name, options: args[0] })
  // messages name functions
  return Object.defineProperty(made, 'name', { value: name })
}

/**
 * How a module was built; null where it was not built by an {@link architecture}, or where its parts
 * were changed since.
 */
export function recipeOf(module: AnyModule): Recipe | null {
  const kept = (module as { [key]?: Kept } | null | undefined)?.[key]
  return kept !== undefined && kept.tree === String(module) ? kept.recipe : null
}

/**
 * {@link recipeOf}, and a complaint where there is none.
 *
 * @throws DlError `no-recipe`
 */
export function requireRecipe(module: AnyModule): Recipe {
  const recipe = recipeOf(module)
  if (recipe !== null) return recipe
  if (!isModule(module)) {
    throw new DlError('bad-option', {
      problem: `the recipe of ${showValue(module)} was asked for`,
      expected: 'a Module',
    })
  }
  const isChanged = key in module
  throw new DlError('no-recipe', {
    problem: isChanged
      ? `parts of ${module.constructor.name} were changed after it was built`
      : `nothing says how ${module.constructor.name} was built`,
    expected: 'a model that an architecture built, as it was built',
    fix: "Build it in a function: const myNet = architecture('myNet', options => …); model = myNet({ … }). Programs that load it name the function: { architectures: { myNet } }.",
  })
}

/** Functions by the names of recipes. */
export type Architectures = Readonly<
  Record<string, (options: never, build: (recipe: unknown) => AnyModule) => AnyModule>
>

/**
 * Builds what a recipe says, with weights as they are when new. A function may ask to build the
 * recipes among its options.
 *
 * @throws DlError `unknown-architecture` with the names that are known, `bad-recipe`
 *
 * @example
 * ```ts
 * import { fromRecipe, Linear } from '@dl/layers'
 *
 * const architectures = { one: ({ width }: { width: number }) => new Linear(width, 1) }
 * const model = fromRecipe({ name: 'one', options: { width: 3 } }, architectures)
 * String(model) // → Linear(3, 1)
 * model.dispose()
 * ```
 */
export function fromRecipe(recipe: unknown, architectures: Architectures): AnyModule {
  const { name, options } = (recipe ?? {}) as Partial<Recipe>
  const isRecord = typeof options === 'object' && options !== null && !Array.isArray(options)
  if (typeof name !== 'string' || !(options === undefined || isRecord)) {
    throw new DlError('bad-recipe', {
      problem: `a recipe is ${JSON.stringify(recipe)?.slice(0, 60)}`,
      expected: '{ "name": "…", "options": { … } }',
    })
  }
  const build = Object.hasOwn(architectures, name) ? architectures[name] : undefined
  if (typeof build !== 'function') {
    throw new DlError('unknown-architecture', {
      problem: `no function builds the architecture "${name}"`,
      expected: `one of ${Object.keys(architectures).join(', ')}`,
      fix: `Give the function that built it: { architectures: { ${name} } }.`,
    })
  }
  return build(options as never, inner => fromRecipe(inner, architectures))
}
