/**
 * The one entry to gradients. Operations are recorded on tfjs's own tape but the tape is walked
 * here: saved tensors and used-up gradients are freed as the walk goes, so the peak lies far below
 * that of `tf.grads`, which keeps them all to the end and leaks them when something throws.
 */
import { add, clone, engine, onesLike, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { TapeNode } from '@tensorflow/tfjs-core/dist/tape'
import { type Buffer, queuedWrites } from '../buffer'
import { check } from '../checks'
import { DlError, showShape } from '../errors'
import { isParameter, type Parameter } from '../parameter'
import { sameShape } from '../same-shape'
import { OF_COMPLEX } from './complex'
import { newTape, watchSaves } from './tape'
import { ABSENT, walkState } from './walk-state'

/** A value, its gradients, and the writes to buffers that came about on the way. */
export interface ValueAndGrads {
  /** What `f` returned. */
  value: Tensor
  /** One gradient for each x, in order; null where the value does not depend on it. */
  grads: (Tensor | null)[]
  /** Makes the queued writes to buffers. Without it they are dropped. */
  commit(): void
  /** Frees value, gradients and queued writes. */
  dispose(): void
  [Symbol.dispose](): void
}

/**
 * Runs `f` and differentiates its result.
 *
 * @param f returns a float32 scalar; synchronous, and tidied
 * @param xs parameters or tensors; also tensors that `f` makes and puts into this array
 * @throws DlError `not-a-scalar`, `nested-gradients`, `no-gradient`; what `f` throws passes through.
 *   Nothing stays allocated then, and no buffer changes.
 *
 * @example
 * ```ts
 * import { Parameter, valueAndGrads } from '@dl/core'
 * import { scalar, square } from '@tensorflow/tfjs-core'
 *
 * const x = new Parameter(() => scalar(3))
 * const { value, grads, dispose } = valueAndGrads(() => square(x.value), [x])
 * String(await value.data()) // → 9
 * String(await grads[0]!.data()) // → 6
 * dispose()
 * x.dispose()
 * ```
 */
export function valueAndGrads(f: () => Tensor, xs: readonly (Parameter | Tensor)[]): ValueAndGrads {
  check('valueAndGrads', 'a function', { f })
  check('valueAndGrads', 'an iterable', { xs })
  const { value, tape, writes } = record(f)
  const dropWrites = () => {
    for (const tensor of writes.values()) tensor.dispose()
    writes.clear()
  }
  let grads: (Tensor | null)[]
  try {
    const ids = Array.from(xs, (x, i) => {
      const tensor = isParameter(x) ? x.value : x
      check('valueAndGrads', 'a tensor', { [`x ${i}`]: tensor })
      return tensor.id
    })
    const byId = walk(tape, value, new Set(ids))
    grads = ids.map((id, i) => {
      const gradient = byId.get(id) ?? null
      return gradient !== null && ids.indexOf(id) < i ? clone(gradient) : gradient
    })
  } catch (error) {
    release(tape)
    value.dispose()
    dropWrites()
    throw error
  }
  const dispose = () => {
    value.dispose()
    for (const gradient of grads) gradient?.dispose()
    dropWrites()
  }
  return {
    value,
    grads,
    commit() {
      for (const [buffer, tensor] of writes) buffer.write(tensor)
      dropWrites()
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

interface Recorded {
  value: Tensor
  tape: TapeNode[]
  writes: Map<Buffer, Tensor>
}

function record(f: () => Tensor): Recorded {
  if (queuedWrites.current !== null) {
    throw new DlError('nested-gradients', {
      problem: 'valueAndGrads was called inside a function that is being differentiated',
      expected: 'one level of gradients',
    })
  }
  const { state } = engine()
  const outerTape = state.activeTape
  const tape = newTape()
  const writes: Recorded['writes'] = new Map()
  const saves = watchSaves()
  state.activeTape = tape
  state.gradientDepth++
  walkState.recording = true
  queuedWrites.current = writes
  try {
    const value = tidy(f)
    checkScalar(value)
    return { value, tape, writes }
  } catch (error) {
    release(tape)
    for (const tensor of [...writes.values(), ...saves.made]) tensor.dispose()
    throw error
  } finally {
    saves.stop()
    state.gradientDepth--
    state.activeTape = outerTape
    walkState.recording = false
    queuedWrites.current = null
  }
}

function checkScalar(value: Tensor): void {
  const isTensor = typeof value?.dtype === 'string'
  if (isTensor && value.rank === 0 && value.dtype === 'float32') return
  if (isTensor) value.dispose()
  throw new DlError('not-a-scalar', {
    problem: isTensor
      ? `the value to differentiate is ${value.dtype} of shape ${showShape(value.shape)}`
      : `the function to differentiate returned ${value instanceof Promise ? 'a promise' : typeof value}`,
    expected: 'a float32 scalar, at once',
    fix: 'Reduce it with mean() or sum(), and do not make the function async.',
  })
}

const release = (tape: TapeNode[]): void => {
  for (const node of tape) for (const tensor of node.saved ?? []) tensor.dispose()
}

/** Gradients by tensor id, for the ids in `leaves`. Frees all else. */
function walk(tape: TapeNode[], value: Tensor, leaves: ReadonlySet<number>): Map<number, Tensor> {
  const reached = reach(tape, leaves)
  const gradients = new Map<number, Tensor>()
  if (reached.has(value.id)) gradients.set(value.id, onesLike(value))
  try {
    for (let node = tape.pop(); node; node = tape.pop()) {
      try {
        if (node.outputs.some(output => gradients.has(output.id))) {
          step(node, gradients, reached)
        }
      } finally {
        release([node])
      }
      for (const { id } of node.outputs) {
        if (leaves.has(id)) continue
        gradients.get(id)?.dispose()
        gradients.delete(id)
      }
    }
  } catch (error) {
    for (const gradient of gradients.values()) gradient.dispose()
    throw error
  }
  return gradients
}

/** The ids of tensors that depend on a leaf. Nothing flows through bool and int32. */
function reach(tape: readonly TapeNode[], leaves: ReadonlySet<number>): Set<number> {
  const reached = new Set(leaves)
  for (const { inputs, outputs } of tape) {
    if (!Object.values(inputs).some(input => input && reached.has(input.id))) continue
    for (const { id, dtype } of outputs) {
      if (dtype === 'float32' || dtype === 'complex64') reached.add(id)
    }
  }
  return reached
}

/** One node backwards: adds what flows to its inputs. */
function step(node: TapeNode, gradients: Map<number, Tensor>, reached: ReadonlySet<number>): void {
  const wanted = Object.entries(node.inputs).filter(([, input]) => input && reached.has(input.id))
  const ours = node.kernelName.startsWith('Dl')
  const dys = node.outputs.map(({ id }) => gradients.get(id) ?? (ours ? ABSENT : undefined!))
  const { gradient } = node
  if (!gradient || !isDefined(node, wanted)) throw noGradient(node)
  walkState.inputs = node.inputs
  const taken = new Set<Tensor>([...dys, ...(node.saved ?? [])])
  const flows = tidy(() => {
    const closures = attempt(node, () => gradient(dys))
    return wanted.map(([name, input]) => {
      const closure = closures[name]
      if (!closure) throw noGradient(node, `none towards its input ${name}`)
      const flow = attempt(node, closure)
      checkFlow(node, name, flow, input)
      if (taken.has(flow)) return clone(flow)
      taken.add(flow)
      return flow
    })
  })
  walkState.inputs = null
  const left = new Set(flows)
  try {
    wanted.forEach(([, { id }], i) => {
      const before = gradients.get(id)
      const flow = flows[i]!
      gradients.set(id, before ? add(before, flow) : flow)
      if (!before) left.delete(flow)
      before?.dispose()
    })
  } finally {
    for (const flow of left) flow.dispose()
  }
}

/** Runs a piece of a gradient; what it throws says of which operation it is. */
function attempt<T>(node: TapeNode, f: () => T): T {
  try {
    return f()
  } catch (error) {
    throw DlError.is(error) ? error : noGradient(node, error)
  }
}

/** Gradients of floats would take complex numbers for them. */
const isDefined = ({ kernelName, outputs }: TapeNode, inputs: [string, Tensor][]): boolean =>
  OF_COMPLEX.has(kernelName) ||
  ![...outputs, ...inputs.map(([, input]) => input)].some(({ dtype }) => dtype === 'complex64')

function noGradient(node: TapeNode, cause?: unknown): DlError {
  const isComplex = node.outputs.some(({ dtype }) => dtype === 'complex64')
  return new DlError('no-gradient', {
    problem: `the operation ${nameOf(node)} has no gradient${
      cause
        ? ` here: ${cause instanceof Error ? cause.message : cause}`
        : isComplex
          ? ' of complex numbers'
          : ''
    }`.replace(/\.$/, ''),
    expected: 'differentiable operations between the parameters and the loss',
    fix: 'Compute it inside noGrad(), or register one with registerGradient().',
    cause,
  })
}

/** tfjs names those that bring a gradient along after their scope. */
const nameOf = ({ kernelName }: TapeNode): string => kernelName.replace(/__op$/, '')

function checkFlow(node: TapeNode, name: string, gradient: Tensor, input: Tensor): void {
  const dtype = input.dtype === 'complex64' ? input.dtype : 'float32'
  if (gradient.dtype === dtype && sameShape(gradient.shape, input.shape)) return
  throw new DlError('bad-gradient', {
    problem: `the gradient of ${nameOf(node)} for its input ${name} is ${gradient.dtype} of shape ${showShape(gradient.shape)}`,
    expected: `${dtype} of shape ${showShape(input.shape)}`,
  })
}
