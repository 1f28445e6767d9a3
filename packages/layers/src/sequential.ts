import { DlError, showValue } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkTensor } from './checks'
import { isModule, Module } from './module'

/**
 * Modules one after the other. Their paths are 0, 1, …, as PyTorch's.
 *
 * @example
 * ```ts
 * import { Dropout, Linear, Sequential } from '@dl/layers'
 *
 * const model = new Sequential(new Linear(4, 8), new Dropout(0.1), new Linear(8, 2))
 * String(model).split('\n')[1]!.trim() // → 0: Linear(4, 8)
 * model.dispose()
 * ```
 */
export class Sequential extends Module {
  readonly length: number;
  [index: number]: Module

  constructor(...modules: Module[]) {
    super()
    modules.forEach((module: unknown, i) => {
      if (isModule(module)) return
      throw new DlError('bad-option', {
        problem: `Sequential got ${showValue(module)} as its module ${i}`,
        expected: 'a Module',
        ...(typeof module === 'function' && {
          fix: 'Pass an instance: new ReLU() in place of ReLU or relu.',
        }),
        ...(Array.isArray(module) && { fix: 'Spread the array: new Sequential(...modules).' }),
      })
    })
    this.length = modules.length
    Object.assign(this, modules)
  }

  forward(x: Tensor): Tensor {
    let output = x
    for (let i = 0; i < this.length; i++) {
      checkTensor(`Sequential's module ${i}, ${this[i]!.constructor.name},`, output)
      output = this[i]!.call(output)
    }
    return output
  }
}
