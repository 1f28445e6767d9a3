/**
 * What goes into and comes out of each module of a model, found by running it once, after fast.ai's
 * `learn.summary()`. All parameters are counted, not just those called weight and bias, and each
 * module has one row, however often it is called.
 */
import {
  type Buffer,
  checkOptions,
  DlError,
  defaultGenerator,
  type Parameter,
  showValue,
} from '@dl/core'
import { clone, dispose, keep, Tensor, tidy } from '@tensorflow/tfjs-core'
import type { AnyModule } from './module'
import { ModuleList } from './module-list'
import { Sequential } from './sequential'
import { type Shapes, type Summary, type SummaryRow, table } from './summary-table'

export interface SummaryOptions {
  /** The axis of the first input that is the batch (default 0; 1 for [time, batch]). */
  batchAxis?: number
}

/**
 * Runs `model` on `inputs` in eval mode and tells what each module made of them. Nothing changes:
 * modes, buffers, carried state and the random generator are as before, also after an error.
 * Containers (Sequential, ModuleList) and the model itself get no row, unless the model is all there is.
 *
 * @param inputs the input, or a list of them; yours
 *
 * @example
 * ```ts
 * import { Linear, ReLU, Sequential, summary } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const model = new Sequential(new Linear(3072, 40), new ReLU(), new Linear(40, 10))
 * const x = zeros([4, 3072])
 * const { rows, nbParams } = summary(model, x)
 * rows.map(({ key, nbParams }) => `${key} ${nbParams}`).join() // → Linear-1 122920,ReLU-2 0,Linear-3 410
 * rows[0]!.outputShape // → -1,40
 * nbParams // → 123330
 * x.dispose()
 * model.dispose()
 * ```
 */
export function summary(
  model: AnyModule,
  inputs: Tensor | readonly unknown[],
  options: SummaryOptions = {},
): Summary {
  const { batchAxis = 0 } = checkOptions('summary', options, ['batchAxis'])
  const list: readonly unknown[] = inputs instanceof Tensor ? [inputs] : inputs
  const rows = new Map<AnyModule, SummaryRow>()
  const batch = batchOf(list, batchAxis)
  const look = (module: AnyModule, [input]: unknown[], output: unknown) => {
    if (rows.has(module)) return
    const own = ownParameters(module)
    rows.set(module, {
      key: `${module.constructor.name}-${rows.size + 1}`,
      inputShape: shapesOf(input, batch),
      outputShape: shapesOf(output, batch),
      ...(own.length > 0 && { trainable: own.some(({ trainable }) => trainable) }),
      nbParams: count(own),
    })
  }
  const listed = [...model.namedModules()].map(([, module]) => module).filter(isListed(model))
  unchanged(model, () => {
    const removals = listed.map(module => module.onForward(look))
    try {
      tidy(() => {
        model.eval().call(...list)
      })
    } finally {
      for (const remove of removals) remove()
    }
  })
  const parameters = [...model.parameters()]
  const result = {
    rows: [...rows.values()],
    nbParams: count(parameters),
    nbTrainable: count(parameters.filter(({ trainable }) => trainable)),
  }
  return { ...result, toString: () => table(result) }
}

/** Calls `run` and puts modes, buffers and the random generator back to what they were. */
function unchanged(model: AnyModule, run: () => void): void {
  const modes = [...model.namedModules()].map(([, module]) => [module, module.training] as const)
  const buffers = [...model.namedBuffers()].map(([, buffer]): [Buffer, Tensor] => [
    buffer,
    keep(clone(buffer.value)),
  ])
  const random = defaultGenerator().state()
  try {
    run()
  } finally {
    defaultGenerator().restore(random)
    for (const [buffer, value] of buffers) buffer.write(value)
    dispose(buffers.map(([, value]) => value))
    for (const [module, training] of modes) module.training = training
  }
}

const isListed = (model: AnyModule) => (module: AnyModule) => {
  if (module instanceof Sequential || module instanceof ModuleList) return false
  return module !== model || [...model.children()].length === 0
}

function ownParameters(module: AnyModule): Parameter[] {
  const below = new Set([...module.children()].flatMap(([, child]) => [...child.parameters()]))
  return [...module.parameters()].filter(parameter => !below.has(parameter))
}

const count = (parameters: Parameter[]): number =>
  parameters.reduce((total, { size }) => total + size, 0)

interface BatchAxis {
  axis: number
  size: number
}

function batchOf(inputs: readonly unknown[], axis: number): BatchAxis {
  const [first] = inputs
  const size = first instanceof Tensor ? first.shape[axis] : undefined
  if (size !== undefined) return { axis, size }
  const shape = first instanceof Tensor ? first.shape : null
  throw new DlError('bad-option', {
    problem: shape
      ? `summary got the batch axis ${showValue(axis)} for an input of shape [${shape.join(', ')}]`
      : `summary got ${inputs.length} inputs, the first of which is no tensor`,
    expected: shape ? `an axis from 0 to ${shape.length - 1}` : 'a tensor, or a list of inputs',
  })
}

/** The batch axis is marked where it has the batch's size: elsewhere it is another one. */
function shapesOf(value: unknown, batch: BatchAxis): Shapes {
  if (value instanceof Tensor) {
    return value.shape.map((size: number, axis: number) =>
      axis === batch.axis && size === batch.size ? -1 : size,
    )
  }
  if (Array.isArray(value)) return value.map(part => shapesOf(part, batch))
  if (typeof value !== 'object' || value === null) return []
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, shapesOf(part, batch)]),
  )
}
