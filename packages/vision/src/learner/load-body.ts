/** Weights that others trained, for a body: published ones, files, or state dicts in PyTorch's layout. */
import { DlError } from '@dl/core'
import type { RemoteFile } from '@dl/data'
import { recipeOf } from '@dl/layers'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import { bodyOf, type CutOptions, type CuttableNet } from '../models/cut'
import { isPublished, publishedFile } from '../models/published-weights'
import { stateOfFile } from '../models/weights-file'

/** Tensors by name, in PyTorch's layout. */
export type StateDict = Readonly<Record<string, Tensor>>

/**
 * `'imagenet1k_v1'` for a net of this package, a safetensors file or PyTorch's own (`.pt`, `.pth`,
 * `.th`), one on a server, tensors that stay yours, or what makes tensors that will be disposed.
 */
export type Weights = string | RemoteFile | StateDict | (() => StateDict | Promise<StateDict>)

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
  const { state: given, isOurs } = await stateOf(net, weights)
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
    if (isOurs) dispose({ ...given })
  }
}

async function stateOf(
  net: CuttableNet,
  weights: Weights,
): Promise<{ state: StateDict; isOurs: boolean }> {
  if (isPublished(weights)) {
    const file = publishedFile(recipeOf(net)?.name ?? null, weights)
    return { state: await stateOfFile(file), isOurs: true }
  }
  if (typeof weights === 'string' || isRemote(weights)) {
    return { state: await stateOfFile(weights), isOurs: true }
  }
  if (typeof weights === 'function') return { state: await weights(), isOurs: true }
  if (typeof weights === 'object' && weights !== null) return { state: weights, isOurs: false }
  throw new DlError('bad-option', {
    problem: `weights is ${weights}`,
    expected: 'imagenet1k_v1, a file, tensors by name, or a function that gives them',
    fix: 'Use fromModelData to train from scratch.',
  })
}

const isRemote = (weights: Weights): weights is RemoteFile =>
  typeof weights === 'object' && weights !== null && typeof weights.url === 'string'

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
