import { type Generator, manualSeed } from '@dl/core'
import { decodeTensors, encodeTensors } from '@dl/data'
import {
  BatchNorm2d,
  Conv2d,
  Embedding,
  GRU,
  LayerNorm,
  Linear,
  Module,
  ModuleList,
  Sequential,
  tie,
} from '@dl/layers'
import { dispose, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { pick } from '../mutate'
import { holds, refusalOf } from '../property'
import type { Trial } from '../trial'

/** Parts in an array, in a record, and one below the other. */
class Tree extends Module {
  readonly list: Module[]
  readonly record: Record<string, Module>

  constructor(
    parts: Module[],
    readonly inner: Module,
  ) {
    super()
    this.list = parts.slice(1)
    this.record = Object.fromEntries(parts.slice(0, 1).map(part => ['a part', part]))
  }

  forward(x: Tensor): Tensor {
    return x
  }
}

class Tied extends Module {
  readonly encoder = new Embedding(5, 3)
  readonly decoder = new Linear(3, 5)

  constructor() {
    super()
    tie(this.decoder, this.encoder)
  }

  forward(x: Tensor): Tensor {
    return this.decoder.call(this.encoder.call(x))
  }
}

type Make = () => Module
const LEAVES: Make[] = [
  () => new Linear(2, 3),
  () => new Linear(3, 1, { bias: false }),
  () => new Conv2d(2, 4, [1, 3], { groups: 2 }),
  () => new BatchNorm2d(3),
  () => new BatchNorm2d(2, { momentum: null, affine: false }),
  () => new Embedding(4, 2),
  () => new LayerNorm([2, 3]),
  () => new GRU(2, 3, { bidirectional: true }) as unknown as Module,
  () => new Tied(),
]

/** The same tree each time it is called. */
function treeAtRandom(random: Generator, depth: number): Make {
  if (depth === 0 || random.int(3) === 0) return pick(random, LEAVES)
  const makes = Array.from({ length: 1 + random.int(3) }, () => treeAtRandom(random, depth - 1))
  const parts = () => makes.map(make => make())
  return pick<Make>(random, [
    () => new Sequential(...parts()),
    () => new ModuleList(parts()) as unknown as Module,
    () => new Tree(parts(), makes[0]!()),
  ])
}

async function valuesOf(tensors: Record<string, Tensor>): Promise<string> {
  const entries = Object.entries(tensors).map(async ([name, t]) => [
    name,
    t.dtype,
    t.shape,
    Array.from(await t.data()),
  ])
  return JSON.stringify(await Promise.all(entries))
}

async function stateOf(model: Module): Promise<string> {
  const state = model.stateDict()
  const values = await valuesOf(state)
  dispose(state)
  return values
}

export const stateDictTrees: Trial = {
  name: 'state-dict-trees',
  claim:
    'any tree of modules is as it was after its state went through a file; others change nothing',
  short: 30,
  long: 3000,
  run: context =>
    holds(context, async random => {
      const make = treeAtRandom(random, 3)
      manualSeed(random.int(1e6))
      const [model, other] = [make(), make()]
      const shown = String(model).replaceAll(/\s+/g, ' ')
      const state = model.stateDict()
      try {
        const names = Object.keys(state)
        if (names.length === 0) return `${shown} has no state`
        const { tensors } = decodeTensors(await encodeTensors(state))
        const before = await stateOf(other)
        // one is missing, one is too many, one has another shape
        const name = pick(random, names)
        const { [name]: one, ...rest } = tensors
        const odd = zeros([...one!.shape, 2])
        for (const bad of [rest, { ...tensors, more: one! }, { ...tensors, [name]: odd }]) {
          const code = await refusalOf(() => other.loadStateDict(bad))
          if (code !== 'state-mismatch') return `${shown} took a state with another ${name}`
          if ((await stateOf(other)) !== before) return `${shown} changed though it refused ${name}`
        }
        odd.dispose()
        other.loadStateDict(tensors)
        dispose(tensors)
        if ((await stateOf(other)) !== (await valuesOf(state))) return `${shown} is not as it was`
        return null
      } finally {
        dispose(state)
        model.dispose()
        other.dispose()
      }
    }),
}
