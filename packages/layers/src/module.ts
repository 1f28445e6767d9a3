/**
 * The base of every layer and model. Write `forward`; use `call`, which runs hooks and tidies.
 * Nothing is registered: parameters, buffers and children are found by walking the fields.
 */
import type { Buffer, Parameter } from '@dl/core'
import { isBuffer, isParameter } from '@dl/core'
import { type Tensor, type TensorContainer, tidy } from '@tensorflow/tfjs-core'
import { describe } from './describe'
import { type LoadOptions, type LoadReport, loadStateDict, stateDict } from './state-dict'
import { hasModuleBrand, moduleBrand, walk } from './walk'

// biome-ignore lint/suspicious/noExplicitAny: a module of whatever inputs and outputs
export type AnyModule = Module<any, any>

/** Sees a module's inputs and output; what it returns, if anything, takes the output's place. */
export type ForwardHook<In extends unknown[], Out> = (
  module: Module<In, Out>,
  inputs: In,
  output: Out,
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
) => Out | void

/**
 * A part of a net, with parameters, state and children of its own.
 *
 * @example
 * ```ts
 * import { Linear, Module } from '@dl/layers'
 * import { ones, relu, type Tensor } from '@tensorflow/tfjs-core'
 *
 * class TwoLayers extends Module {
 *   hidden = new Linear(4, 8)
 *   out = new Linear(8, 2)
 *   forward(x: Tensor) {
 *     return this.out.call(relu(this.hidden.call(x)))
 *   }
 * }
 *
 * const model = new TwoLayers()
 * const x = ones([3, 4])
 * const y = model.call(x)
 * y.shape // → 3,2
 * const names = [...model.namedParameters()].map(([name]) => name)
 * names.join(' ') // → hidden.weight hidden.bias out.weight out.bias
 * x.dispose()
 * y.dispose()
 * model.dispose()
 * ```
 */
export abstract class Module<In extends unknown[] = [Tensor], Out = Tensor> {
  readonly [moduleBrand] = true
  /** Whether layers that differ between the two behave as in training. Set by `train()` and `eval()`. */
  training = true
  /** Whether this module is to learn. Set by `freeze()` and `unfreeze()`; batch norms obey it too. */
  trainable = true
  #hooks = new Set<ForwardHook<In, Out>>()

  /** What the module computes. Intermediate tensors are tidied by `call`. */
  abstract forward(...inputs: In): Out

  /** Runs `forward` and the hooks. The output is yours to dispose. */
  call(...inputs: In): Out {
    const run = (): Out => {
      let output = this.forward(...inputs)
      for (const hook of this.#hooks) output = hook(this, inputs, output) ?? output
      return output
    }
    return tidy(run as () => TensorContainer) as Out
  }

  /** Calls `hook` after each forward, until the function returned is called. */
  onForward(hook: ForwardHook<In, Out>): () => void {
    this.#hooks.add(hook)
    return () => this.#hooks.delete(hook)
  }

  *namedParameters(): Generator<[string, Parameter]> {
    for (const [path, part] of walk(this)) if (isParameter(part)) yield [path, part]
  }

  *namedBuffers(): Generator<[string, Buffer]> {
    for (const [path, part] of walk(this)) if (isBuffer(part)) yield [path, part]
  }

  /** This module under the path '', then all below it. */
  *namedModules(): Generator<[string, AnyModule]> {
    for (const [path, part] of walk(this)) if (isModule(part)) yield [path, part]
  }

  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter
  }

  /** The modules directly below this one, by path. */
  *children(): Generator<[string, AnyModule]> {
    const inner = new Set<AnyModule>()
    for (const [path, module] of this.namedModules()) {
      if (module === this || inner.has(module)) continue
      for (const [, below] of module.namedModules()) inner.add(below)
      yield [path, module]
    }
  }

  /** Training behaviour on (or off) for this module and all below it. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode
    return this
  }

  eval(): this {
    return this.train(false)
  }

  /**
   * No gradients and no updates for all parameters of this module, until `unfreeze`; batch norms
   * below use their running statistics and keep them.
   */
  freeze(): this {
    return this.#learn(false)
  }

  /** Lets all parameters of this module train. */
  unfreeze(): this {
    return this.#learn(true)
  }

  #learn(trainable: boolean): this {
    for (const [, module] of this.namedModules()) module.trainable = trainable
    for (const parameter of this.parameters()) parameter.trainable = trainable
    return this
  }

  /** Returns carried state (hidden states of stateful layers) to where it began. */
  resetState(): void {
    for (const [, buffer] of this.namedBuffers()) if (buffer.carried) buffer.reset()
  }

  /** Parameters and persistent buffers by path, in PyTorch's layout. Yours to dispose. */
  stateDict(): Record<string, Tensor> {
    return stateDict(this)
  }

  /**
   * Takes on the values in `state`, which stays yours. `prefix` is taken off its names.
   *
   * @throws DlError `state-mismatch` with the missing, unexpected and wrong-shaped names, and the
   *   prefix if one stands before them; `bad-state` for what is no tensors by name. The module is
   *   unchanged then
   */
  loadStateDict(state: Record<string, Tensor>, options?: LoadOptions): LoadReport {
    return loadStateDict(this, state, options)
  }

  /** The constructor's arguments as the tree shows them. */
  describe(): string {
    return ''
  }

  /** The tree below this module as text, as PyTorch prints it. */
  toString(): string {
    return describe(this)
  }

  /** Frees all parameters and buffers. */
  dispose(): void {
    for (const [, part] of [...walk(this)]) {
      if (isParameter(part) || isBuffer(part)) part.dispose()
    }
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/** Whether `value` is a Module, of whichever copy of this package. */
export function isModule(value: unknown): value is AnyModule {
  return hasModuleBrand(value)
}
