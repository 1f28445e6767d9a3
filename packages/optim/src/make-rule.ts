/** The rule of a LayerOptimizer, out of what makes it. */
import { DlError, showValue } from '@dl/core'
import type { UpdateRule } from './rule'

/** @throws DlError `bad-option` for `adam()` where `adam` is wanted, and for other things that make no rule */
export function makeRule(optFn: () => UpdateRule): UpdateRule {
  if (isRule(optFn)) {
    const { name } = optFn
    throw new DlError('bad-option', {
      problem: `LayerOptimizer got the rule that ${name}() makes`,
      expected: 'a function that makes it',
      fix: `Write ${name} without calling it, or () => ${name}({ … }) to give it options.`,
    })
  }
  if (typeof optFn !== 'function') {
    throw new DlError('bad-option', {
      problem: `LayerOptimizer got ${showValue(optFn)} for its rule`,
      expected: 'a function that makes one: adam, or () => sgd({ momentum: 0.9 })',
    })
  }
  const rule: unknown = optFn()
  if (isRule(rule)) return rule
  throw new DlError('bad-option', {
    problem: `LayerOptimizer got a function that makes ${showValue(rule)}`,
    expected: 'one that makes an update rule, with name, momentum, slots and update',
    fix: typeof rule === 'function' ? 'Call it: () => adam({ … }).' : '',
  })
}

function isRule(value: unknown): value is UpdateRule {
  if (typeof value !== 'object' || value === null) return false
  const { name, momentum, slots, update } = value as Record<string, unknown>
  return (
    typeof name === 'string' &&
    momentum !== undefined &&
    typeof slots === 'function' &&
    typeof update === 'function'
  )
}
