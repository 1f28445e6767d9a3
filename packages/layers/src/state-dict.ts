/** State dicts: names are paths, values are in PyTorch's layout, so weights travel both ways. */
import { DlError, isBuffer, isParameter, showShape } from '@dl/core'
import { type Tensor, tidy } from '@tensorflow/tfjs-core'
import { fromTorch, type Stored, torchShape, toTorch } from './torch-layout'
import { walk } from './walk'

export interface LoadOptions {
  /** Whether missing and unexpected names are errors (default true). Wrong shapes always are. */
  strict?: boolean
}

/** What did not match, for `strict: false`. */
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
  { strict = true }: LoadOptions = {},
): LoadReport {
  const parts = new Map(stored(module))
  const names = Object.keys(state)
  const tied = tiedNames(module, names, parts)
  const unexpected = names.filter(
    name => !parts.has(name.replace(COUNTER, 'running_mean')) && !tied.has(name),
  )
  // by a part's first name, else by another
  const givenAs = new Map<Stored, string>([...tied].map(([name, part]) => [part, name]))
  for (const [name, part] of parts) if (name in state) givenAs.set(part, name)
  const missing = [...parts].filter(([, part]) => !givenAs.has(part)).map(([name]) => name)
  const found = [...givenAs].map(([part, name]) => ({ name, part, value: state[name]! }))
  const misshapen = found
    .filter(({ part, value }) => showShape(value.shape) !== showShape(torchShape(part)))
    .map(({ name, part, value }) => {
      return `${name} ${showShape(value.shape)} instead of ${showShape(torchShape(part))}`
    })
  const complaints = [
    ...(strict && missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(strict && unexpected.length > 0 ? [`unexpected: ${unexpected.join(', ')}`] : []),
    ...(misshapen.length > 0 ? [`wrong shape: ${misshapen.join(', ')}`] : []),
  ]
  if (complaints.length > 0) {
    throw new DlError('state-mismatch', {
      problem: `the state does not fit ${module.constructor.name} (${complaints.join('; ')})`,
      expected: 'the names and shapes of the model it is loaded into',
      fix: 'Build the model with the options it was saved with.',
    })
  }
  tidy(() => {
    for (const { part, value } of found) {
      const ours = fromTorch(part, value)
      if (isParameter(part)) part.assign(ours)
      else part.write(ours)
    }
  })
  return { missing, unexpected }
}

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
