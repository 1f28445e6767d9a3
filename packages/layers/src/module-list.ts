import { DlError, showValue } from '@dl/core'
import { type AnyModule, isModule, Module } from './module'

/**
 * Modules to be called one by one. Their paths are 0, 1, …, as PyTorch's. (A plain array of modules
 * as a field does as well; a list is a module, so that it can stand alone or be passed around.)
 *
 * @example
 * ```ts
 * import { Linear, ModuleList } from '@dl/layers'
 *
 * const layers = new ModuleList([new Linear(4, 8)])
 * layers.push(new Linear(8, 2))
 * layers.length // → 2
 * const names = [...layers.namedParameters()].map(([name]) => name)
 * names.join(' ') // → 0.weight 0.bias 1.weight 1.bias
 * Array.from(layers, layer => layer.outputs).join() // → 8,2
 * layers.dispose()
 * ```
 */
export class ModuleList<M extends AnyModule = AnyModule> extends Module<never, never> {
  length = 0;
  [index: number]: M

  constructor(modules: Iterable<M> = []) {
    super()
    if (typeof modules?.[Symbol.iterator] !== 'function') {
      throw new DlError('bad-option', {
        problem: `ModuleList got ${showValue(modules)}`,
        expected: 'an array of modules',
      })
    }
    this.push(...modules)
  }

  /** Adds modules at the end; the length is returned. */
  push(...modules: M[]): number {
    for (const module of modules) {
      if (!isModule(module)) {
        throw new DlError('bad-option', {
          problem: `ModuleList got ${showValue(module)}`,
          expected: 'a Module',
        })
      }
      this[this.length++] = module
    }
    return this.length
  }

  *[Symbol.iterator](): Generator<M> {
    for (let i = 0; i < this.length; i++) yield this[i]!
  }

  forward(): never {
    throw new DlError('no-forward', {
      problem: 'a ModuleList was called',
      expected: 'its modules to be called one by one',
      fix: 'Use a Sequential for modules one after the other.',
    })
  }
}
