/** State dicts: names are paths, values are in PyTorch's layout, so weights travel both ways. */
import { checkOptions, DlError, isBuffer, isParameter, showShape, showValue } from '@dl/core'
import { Tensor, tidy } from '@tensorflow/tfjs-core'
import { listed, prefixAdvice } from './state-mismatch'
import { fromTorch, type Stored, torchShape, toTorch } from './torch-layout'
import { walk } from './walk'

export interface LoadOptions {
  /** Whether missing and unexpected names are errors (default true). Wrong shapes always are. */
  strict?: boolean
  /**
   * What stands before the model's names in the state, `module.` for example (default: nothing).
   * Names that begin otherwise are unexpected.
   */
  prefix?: string
}

/** What did not match, for `strict: false`: the model's names, and the state's. */
export interface LoadReport {
  missing: string[]
  unexpected: string[]
}

/** PyTorch's batch norms count their batches, for a momentum that few use; without it nothing is lost. */
const COUNTER = /num_batches_tracked$/

export function stateDict(module: object): Record<string, Tensor> {
  const entries = [...stored(module)].map(([name, part]) => [name, toTorch(part)] as const)
  return Object.fromEntries(entries)
}

export function loadStateDict(
  module: object,
  state: Record<string, Tensor>,
  options: LoadOptions = {},
): LoadReport {
  const { strict = true, prefix = '' } = checkOptions('loadStateDict', options, [
    'strict',
    'prefix',
  ])
  requireState(state)
  const parts = new Map(stored(module))
  const tied = tiedNames(module, namesWithout(prefix, state), parts)
  const unexpected = Object.keys(state).filter(full => {
    const name = full.slice(prefix.length)
    const isKnown = parts.has(name.replace(COUNTER, 'running_mean')) || tied.has(name)
    return !(full.startsWith(prefix) && isKnown)
  })
  // by a part's first name, else by another
  const givenAs = new Map<Stored, string>([...tied].map(([name, part]) => [part, name]))
  for (const [name, part] of parts) {
    if (Object.hasOwn(state, prefix + name)) givenAs.set(part, name)
  }
  const missing = [...parts].filter(([, part]) => !givenAs.has(part)).map(([name]) => name)
  const found = [...givenAs].map(([part, name]) => ({ name, part, value: state[prefix + name]! }))
  const misshapen = found.flatMap(({ name, part, value }) => {
    const [is, wanted] = [showShape(value.shape), showShape(torchShape(part))]
    return is === wanted ? [] : [`${name} ${is} instead of ${wanted}`]
  })
  const mistyped = found.flatMap(({ name, part, value }) => {
    const { dtype } = part.value
    // PyTorch counts in integers
    if (COUNTER.test(name) && value.dtype === 'int32') return []
    return value.dtype === dtype ? [] : [`${name} ${value.dtype} instead of ${dtype}`]
  })
  const complaints = [
    ...(strict ? [listed('missing', missing), listed('unexpected', unexpected)] : []),
    listed('wrong shape', misshapen),
    listed('wrong type', mistyped),
  ].filter(complaint => complaint !== '')
  if (complaints.length > 0) {
    throw new DlError('state-mismatch', {
      problem: `the state does not fit ${module.constructor.name} (${complaints.join('; ')})`,
      expected: 'the names and shapes of the model it is loaded into',
      fix:
        prefixAdvice(missing, unexpected) ?? 'Build the model with the options it was saved with.',
    })
  }
  tidy(() => {
    // all are there before the first is written, should memory lack
    const owned = found.map(({ part, value }) => ({ part, own: fromTorch(part, value) }))
    for (const { part, own } of owned) {
      if (isParameter(part)) part.assign(own)
      else part.write(own)
    }
  })
  return { missing, unexpected }
}

function requireState(state: unknown): asserts state is Record<string, Tensor> {
  const bad = (problem: string, fix?: string) =>
    new DlError('bad-state', {
      problem,
      expected: 'tensors by name, as stateDict() gives them and as in { tensors } of loadTensors()',
      fix,
    })
  if (state instanceof Promise) {
    throw bad('the state is a promise', 'Wait for it: (await loadTensors(path)).tensors.')
  }
  if (typeof state !== 'object' || state === null || Array.isArray(state) || state instanceof Map) {
    throw bad(`the state is ${showValue(state)}`)
  }
  for (const [name, value] of Object.entries(state)) {
    if (!(value instanceof Tensor)) throw bad(`the state's ${name} is ${showValue(value)}`)
    if (value.isDisposed) throw bad(`the state's ${name} is disposed`)
  }
}

const namesWithout = (prefix: string, state: object): string[] =>
  Object.keys(state).flatMap(name => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))

/** The names by which tied weights are met again; PyTorch saves them under these, too. */
function tiedNames(
  module: object,
  names: string[],
  parts: Map<string, Stored>,
): Map<string, Stored> {
  const own = new Set<unknown>(parts.values())
  const at = (name: string) =>
    name.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], module)
  const others = names.filter(name => !parts.has(name) && own.has(at(name)))
  return new Map(others.map(name => [name, at(name) as Stored]))
}

function* stored(module: object): Generator<[string, Stored]> {
  for (const [path, part] of walk(module)) {
    if (isParameter(part) || (isBuffer(part) && part.persistent)) yield [path, part]
  }
}
