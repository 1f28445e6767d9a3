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
  const missing = [...parts.keys()].filter(name => !(name in state))
  const unexpected = Object.keys(state).filter(
    name => !parts.has(name.replace(COUNTER, 'running_mean')),
  )
  const found = [...parts].filter(([name]) => name in state)
  const misshapen = found
    .filter(([name, part]) => showShape(state[name]!.shape) !== showShape(torchShape(part)))
    .map(([name, part]) => {
      return `${name} ${showShape(state[name]!.shape)} instead of ${showShape(torchShape(part))}`
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
    for (const [name, part] of found) {
      const value = fromTorch(part, state[name]!)
      if (isParameter(part)) part.assign(value)
      else part.write(value)
    }
  })
  return { missing, unexpected }
}

function* stored(module: object): Generator<[string, Stored]> {
  for (const [path, part] of walk(module)) {
    if (isParameter(part) || (isBuffer(part) && part.persistent)) yield [path, part]
  }
}
