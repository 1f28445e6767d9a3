/**
 * The scores that a net's probabilities come of. Where a net is sure, the gradients of a softmax, its
 * logarithm or a sigmoid vanish, and a map made of them is black.
 */
import type { AnyModule } from '@dl/layers'
import { clone, engine, keep, Tensor } from '@tensorflow/tfjs-core'

export interface Scores {
  /** [N, classes] */
  readonly scores: Tensor
  /** Whether each class has a probability of its own. */
  readonly isMulti: boolean
}

/** Names of kernels and, for gradients given by hand, of the functions that give them. */
const SQUASHES = /softmax|sigmoid/i
/** What may come between the squashing and the output. */
const PASSES = /^(Log|Identity|Reshape)$/

/** Finds them on the tape of a `valueAndGrads` in progress, whether a module or a plain call made them. */
export class BeforeSoftmax {
  /** By the tensor that was made of them. What a module makes is gone when its call ends. */
  readonly #kept = new Map<number, Scores>()
  readonly #removals: (() => void)[]

  constructor(model: AnyModule) {
    this.#removals = [...model.namedModules()].map(([, module]) =>
      module.onForward((_module, _inputs, output: unknown) => {
        if (output instanceof Tensor) this.#look(output)
      }),
    )
  }

  /** Of what the net put out; the output itself where nothing squashes it. */
  of(output: Tensor): Scores {
    const { made } = origin(output)
    return this.#kept.get(made.id) ?? { scores: output, isMulti: false }
  }

  remove(): void {
    for (const remove of this.#removals) remove()
    for (const { scores } of this.#kept.values()) scores.dispose()
    this.#kept.clear()
  }

  #look(output: Tensor): void {
    const { made, by } = origin(output)
    if (by === undefined || this.#kept.has(made.id) || !SQUASHES.test(by.kernelName)) return
    const [logits] = Object.values(by.inputs) as [Tensor]
    if (logits.isDisposed) return
    const isMulti = /sigmoid/i.test(by.kernelName)
    this.#kept.set(made.id, { scores: keep(clone(logits)), isMulti })
  }
}

/** The operation that made the values of a tensor, and the tensor as it came out of it. */
function origin(output: Tensor) {
  const tape = engine().state.activeTape ?? []
  let made = output
  while (true) {
    const { id } = made
    const by = tape.findLast(({ outputs }) => outputs.some(other => other.id === id))
    if (by === undefined || !PASSES.test(by.kernelName)) return { made, by }
    made = Object.values(by.inputs)[0]!
  }
}
