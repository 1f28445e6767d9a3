/** State dicts: names are paths, values are in PyTorch's layout, so weights travel both ways. */
import { checkOptions, DlError, isBuffer, isParameter, showShape, showValue } from '@dl/core'
import { Tensor, tidy } from '@tensorflow/tfjs-core'
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
  const missing = [...parts.keys()].filter(name => !Object.hasOwn(state, prefix + name))
  const unexpected = Object.keys(state).filter(
    name =>
      !name.startsWith(prefix) ||
      !parts.has(name.slice(prefix.length).replace(COUNTER, 'running_mean')),
  )
  const found = [...parts]
    .filter(([name]) => Object.hasOwn(state, prefix + name))
    .map(([name, part]) => ({ name, part, value: state[prefix + name]! }))
  const misshapen = found.flatMap(({ name, part, value }) => {
    const [is, wanted] = [showShape(value.shape), showShape(torchShape(part))]
    return is === wanted ? [] : [`${name} ${is} instead of ${wanted}`]
  })
  const mistyped = found.flatMap(({ name, part, value }) => {
    const { dtype } = part.value
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
    for (const { part, value } of found) {
      const own = fromTorch(part, value)
      if (isParameter(part)) part.assign(own)
      else part.write(own)
    }
  })
  return { missing, unexpected }
}

/** Names of a complaint that are read at a glance. */
const SHOWN = 8

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return `${what}: ${names.slice(0, SHOWN).join(', ')}${more}`
}

/** The commonest mismatch: what wrapped one of the two models stands before its names. */
function prefixAdvice(missing: readonly string[], unexpected: readonly string[]): string | null {
  const theirs = commonPrefix(unexpected, missing)
  if (theirs !== null) {
    const { count, prefix } = theirs
    return `${count} of the state's names begin with ${prefix} and fit without it: loadStateDict(state, { prefix: '${prefix}' }).`
  }
  const ours = commonPrefix(missing, unexpected)
  if (ours === null) return null
  const { count, prefix } = ours
  return `${count} of the model's names begin with ${prefix}, which the state's lack: load it into that part of the model, ${prefix.slice(0, -1)}.`
}

/** What stands before most of the long names and makes them none of the short ones. */
function commonPrefix(long: readonly string[], short: readonly string[]) {
  const names = new Set(short)
  const counts = new Map<string, number>()
  for (const name of long) {
    for (const { index } of name.matchAll(/\./g)) {
      const prefix = name.slice(0, index + 1)
      if (names.has(name.slice(prefix.length))) counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
    }
  }
  const [best] = [...counts].sort(([, a], [, b]) => b - a)
  if (best === undefined || 2 * best[1] <= short.length) return null
  return { prefix: best[0], count: best[1] }
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

function* stored(module: object): Generator<[string, Stored]> {
  for (const [path, part] of walk(module)) {
    if (isParameter(part) || (isBuffer(part) && part.persistent)) yield [path, part]
  }
}
