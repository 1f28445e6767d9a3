/** Looking at what modules inside a net put out, with nothing left behind. */
import { DlError, detach, nearest } from '@dl/core'
import { keep, Tensor } from '@tensorflow/tfjs-core'
import type { AnyModule, ForwardHook } from './module'

// biome-ignore lint/suspicious/noExplicitAny: a hook on a module of whatever inputs and outputs
type AnyHook = ForwardHook<any, any>

/**
 * Keeps what `module` put out in its last forward: fast.ai's class of this name. A copy without a
 * gradient; the next forward replaces it, `remove` frees it. Works while gradients are recorded.
 *
 * @throws DlError `no-features` in a forward whose output is not one tensor
 *
 * @example
 * ```ts
 * import { Linear, ReLU, SaveFeatures, Sequential } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2))
 * const saved = new SaveFeatures(model[1]!)
 * const x = ones([3, 4])
 * const y = model.call(x)
 * saved.features!.shape // → 3,8
 * saved.remove()
 * saved.features // → null
 * for (const owner of [x, y, model]) owner.dispose()
 * ```
 */
export class SaveFeatures {
  #features: Tensor | null = null
  readonly #unhook: () => void

  constructor(readonly module: AnyModule) {
    this.#unhook = module.onForward((_module, _inputs, output: unknown) => this.#save(output))
  }

  /** The output of the last forward; null before the first. It belongs to this object. */
  get features(): Tensor | null {
    return this.#features
  }

  /** Takes the hook off and frees what it kept. */
  remove(): void {
    this.#unhook()
    this.#features?.dispose()
    this.#features = null
  }

  [Symbol.dispose](): void {
    this.remove()
  }

  #save(output: unknown): void {
    if (!(output instanceof Tensor)) {
      throw new DlError('no-features', {
        problem: `${this.module.constructor.name} put out ${Array.isArray(output) ? `a list of ${output.length}` : typeof output}`,
        expected: 'a module whose output is one tensor',
      })
    }
    this.#features?.dispose()
    this.#features = keep(detach(output))
  }
}

/**
 * Calls `fn` with hooks on the modules at these paths, and takes them off: also after an error, and
 * after the promise that an async `fn` returns has settled.
 *
 * @param hooks by path as `model.namedModules()` gives them; '' is the model itself
 * @returns what `fn` returns
 * @throws DlError `no-module`
 *
 * @example
 * ```ts
 * import { Linear, ReLU, Sequential, withHooks } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2))
 * const shapes: string[] = []
 * const look = (_module: unknown, _inputs: unknown, output: { shape: number[] }) => {
 *   shapes.push(String(output.shape))
 * }
 * const x = ones([3, 4])
 * const y = withHooks(model, { 0: look, 2: look }, () => model.call(x))
 * shapes.join(' ') // → 3,8 3,2
 * for (const owner of [x, y, model]) owner.dispose()
 * ```
 */
export function withHooks<T>(
  model: AnyModule,
  hooks: Readonly<Record<string, AnyHook>>,
  fn: () => T,
): T {
  const found = Object.entries(hooks).map(([path, hook]) => [moduleAt(model, path), hook] as const)
  const removals = found.map(([module, hook]) => module.onForward(hook))
  const remove = () => {
    for (const each of removals) each()
  }
  let result: T
  try {
    result = fn()
  } catch (error) {
    remove()
    throw error
  }
  if (result instanceof Promise) return result.finally(remove) as T
  remove()
  return result
}

/**
 * The module at a path: 'layer4.0.conv1'.
 *
 * @throws DlError `no-module` with the path that comes closest
 *
 * @example
 * ```ts
 * import { Linear, moduleAt, ReLU, Sequential } from '@dl/layers'
 *
 * const model = new Sequential(new Linear(4, 8), new Sequential(new ReLU(), new Linear(8, 2)))
 * moduleAt(model, '1.0').constructor.name // → ReLU
 * model.dispose()
 * ```
 */
export function moduleAt(model: AnyModule, path: string): AnyModule {
  const paths: string[] = []
  for (const [known, module] of model.namedModules()) {
    if (known === path) return module
    if (known !== '') paths.push(known)
  }
  const near = nearest(path, paths)
  throw new DlError('no-module', {
    problem: `no module '${path}' in ${model.constructor.name}`,
    expected: paths.length > 0 ? `one of ${shortened(paths)}` : "'', for it has no parts",
    ...(near && { fix: `Did you mean ${near}?` }),
  })
}

const LISTED = 12

const shortened = (paths: string[]): string =>
  paths.slice(0, LISTED).join(', ') + (paths.length > LISTED ? `, … (${paths.length} in all)` : '')
