/** Modes and carried state of a model, kept while something else is done with it. */

import type { Buffer } from './buffer'
import { check } from './checks'
import { checkOptions } from './options'
import { hold } from './parameter'

/** What is needed of a model; a `Module` of @dl/layers has all of it, other models what they have. */
export interface SetAsideModel {
  namedModules?(): Iterable<readonly [string, { training: boolean }]>
  namedBuffers?(): Iterable<
    readonly [string, Pick<Buffer, 'value' | 'write'> & { carried?: boolean }]
  >
  /** Where there are no `namedModules`: the mode, which `train` and `eval` set. */
  readonly training?: boolean
  train?(): unknown
  eval?(): unknown
}

export interface SetAsideOptions {
  /** Whether carried state is put back, too (default true). */
  state?: boolean
}

/**
 * Notes the mode of every module and the carried state, so that a look at validation or a text in
 * between leaves no trace.
 *
 * @returns what puts them back, to be called once
 *
 * @example
 * ```ts
 * import { setAside } from '@dl/core'
 *
 * const model = {
 *   training: true,
 *   train: () => { model.training = true },
 *   eval: () => { model.training = false },
 * }
 * const putBack = setAside(model)
 * model.eval()
 * putBack()
 * model.training // → true
 * ```
 */
export function setAside(model: SetAsideModel, options: SetAsideOptions = {}): () => void {
  const { state = true } = checkOptions('setAside', options, ['state'])
  check('setAside', 'true or false', { state })
  check('setAside', 'an object', { model })
  const { namedModules, namedBuffers, train, eval: evaluate } = model
  const methods = { namedModules, namedBuffers, train, eval: evaluate }
  check('a model of setAside', 'a function or undefined', methods)
  const modes = [...(model.namedModules?.() ?? [])].map(
    ([, module]) => [module, module.training] as const,
  )
  const { training } = model
  const carried = [...((state && model.namedBuffers?.()) || [])]
    .filter(([, buffer]) => buffer.carried)
    .map(([, buffer]) => [buffer, hold(buffer.value, 'setAside')] as const)
  return () => {
    for (const [module, mode] of modes) module.training = mode
    if (modes.length === 0 && training !== undefined) training ? model.train?.() : model.eval?.()
    for (const [buffer, value] of carried) {
      buffer.write(value)
      value.dispose()
    }
  }
}
