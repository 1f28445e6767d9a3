/** Weights that others trained, for a body: safetensors files or state dicts in PyTorch's layout. */
import { DlError } from '@dl/core'
import { loadTensors } from '@dl/data'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import { bodyOf, type CutOptions, type CuttableNet } from '../models/cut'

/** Tensors by name, in PyTorch's layout. */
export type StateDict = Readonly<Record<string, Tensor>>

/** A safetensors file, tensors that stay yours, or what makes tensors that will be disposed. */
export type Weights = string | StateDict | (() => StateDict | Promise<StateDict>)

/**
 * Loads the weights of a net's body. What is behind the cut keeps its values, whether the weights
 * have it or not: a classifier of 1000 classes is not in the way.
 *
 * @throws DlError `state-mismatch` with all names that do not fit, or where none does, strict or not;
 *   the net is unchanged then
 */
export async function loadBody(
  net: CuttableNet,
  weights: Weights,
  { strict, ...cut }: CutOptions & { strict?: boolean },
): Promise<void> {
  const given = await tensorsOf(weights)
  const body = new Set(bodyOf(net, cut))
  const behind = [...net.children()].filter(([, child]) => !body.has(child))
  const isBehind = (name: string) => behind.some(([path]) => name.startsWith(`${path}.`))
  const kept = behind.flatMap(([path, child]) =>
    Object.entries(child.stateDict()).map(([name, tensor]) => [`${path}.${name}`, tensor] as const),
  )
  const wanted = Object.entries(given).filter(([name]) => !isBehind(name))
  try {
    const names = [...net.namedParameters()].map(([name]) => name).filter(name => !isBehind(name))
    checkNames(names, Object.keys(given))
    net.loadStateDict(Object.fromEntries([...wanted, ...kept]), { strict })
  } finally {
    dispose(kept.map(([, tensor]) => tensor))
    if (typeof weights === 'string' || typeof weights === 'function') dispose({ ...given })
  }
}

async function tensorsOf(weights: Weights): Promise<StateDict> {
  if (typeof weights === 'string') return (await loadTensors(weights)).tensors
  if (typeof weights === 'function') return weights()
  if (typeof weights === 'object' && weights !== null) return weights
  throw new DlError('bad-option', {
    problem: `weights is ${weights}`,
    expected: 'a safetensors file, tensors by name, or a function that gives them',
    fix: 'Use fromModelData to train from scratch.',
  })
}

/** A body without a single one of the weights given would pass for pretrained. */
function checkNames(body: readonly string[], given: readonly string[]): void {
  const names = new Set(given)
  const [first] = body
  if (first === undefined || body.some(name => names.has(name))) return
  const prefix = given
    .filter(name => name.endsWith(`.${first}`))
    .map(name => name.slice(0, -first.length))
    .find(start => body.every(name => names.has(start + name)))
  throw new DlError('state-mismatch', {
    problem: `none of the ${given.length} weights has a name of the body's, the first is ${given[0] ?? 'missing'}`,
    expected: `names such as ${first}`,
    fix:
      prefix === undefined
        ? 'Give weights of this architecture, or a function that renames them.'
        : `Give a function that takes "${prefix}" off.`,
  })
}
