/**
 * What a forward pass computes, written down kernel by kernel. Every operation of tfjs and of
 * `@dl/core` passes through the engine's `runKernel`; so any module is followed, one's own, too,
 * and no list of layers is to be kept. What does not depend on the inputs is a constant.
 */
import { noGrad } from '@dl/core'
import {
  clone,
  type DataId,
  type DataType,
  engine,
  env,
  keep,
  type NamedTensorMap,
  type Tensor,
} from '@tensorflow/tfjs-core'

/** A kernel's attributes, as free as tfjs's own. */
export type Attrs = Record<string, unknown>

/** What depends on the inputs. */
export interface TracedValue {
  kind: 'value'
  id: number
  shape: readonly number[]
  dtype: DataType
}

/** What does not: weights, and what is computed from them alone. */
export interface TracedConstant {
  kind: 'constant'
  /** A reference of the trace's own. */
  tensor: Tensor
  shape: readonly number[]
  dtype: DataType
}

export type Operand = TracedValue | TracedConstant

export interface TracedCall {
  kernel: string
  /** The path of the module that called, '' for the model itself. */
  module: string
  /** In a list, inputs are named 0, 1, … */
  inputs: Record<string, Operand>
  attrs: Attrs
  outputs: TracedValue[]
}

export interface Trace {
  inputs: Record<string, TracedValue>
  calls: TracedCall[]
  outputs: Record<string, Operand>
  /** Frees the constants. */
  dispose(): void
}

/**
 * @param inputs stay yours
 * @param run gives the outputs, which it leaves to its caller
 * @param currentModule the path of the module that is running
 */
export function trace(
  inputs: Record<string, Tensor>,
  run: () => Record<string, Tensor>,
  currentModule: () => string,
): Trace {
  const values = new Map<number, TracedValue>()
  const constants = new Map<DataId, Map<string, TracedConstant>>()
  const calls: TracedCall[] = []
  const tracedOf = (tensor: Tensor): TracedValue => {
    const { id, shape, dtype } = tensor
    const value: TracedValue = { kind: 'value', id, shape: [...shape], dtype }
    values.set(id, value)
    return value
  }
  const constantOf = (tensor: Tensor): TracedConstant => {
    const { shape, dtype, dataId } = tensor
    const known = constants.get(dataId) ?? new Map<string, TracedConstant>()
    constants.set(dataId, known)
    const key = `${dtype} ${shape}`
    const found = known.get(key)
    if (found) return found
    const own = keep(noGrad(() => clone(tensor)))
    const constant: TracedConstant = { kind: 'constant', tensor: own, shape: [...shape], dtype }
    known.set(key, constant)
    return constant
  }
  const operand = (tensor: Tensor): Operand => values.get(tensor.id) ?? constantOf(tensor)
  const dispose = () => {
    for (const known of constants.values())
      for (const { tensor } of known.values()) tensor.dispose()
  }

  const traced = Object.fromEntries(Object.entries(inputs).map(([k, t]) => [k, tracedOf(t)]))
  try {
    const outputs = watchKernels(run, (kernel, given, attrs, made) => {
      const used = Object.entries(given).filter(([, tensor]) => tensor != null)
      if (!used.some(([, tensor]) => values.has(tensor.id))) return
      const only = values.get(used[0]![1].id)
      if (only && used.length === 1 && isSame(kernel, given, made)) {
        for (const tensor of made) values.set(tensor.id, only)
        return
      }
      calls.push({
        kernel,
        module: currentModule(),
        inputs: Object.fromEntries(used.map(([name, tensor]) => [name, operand(tensor)])),
        attrs,
        outputs: made.map(tracedOf),
      })
    })
    const ends = Object.entries(outputs).map(([name, tensor]) => [name, operand(tensor)] as const)
    return { inputs: traced, calls, outputs: Object.fromEntries(ends), dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

/** Whether a kernel gives out what it got, under the same shape and type. */
function isSame(kernel: string, given: NamedTensorMap, made: readonly Tensor[]): boolean {
  if (kernel === 'Identity') return true
  if (kernel !== 'Reshape' && kernel !== 'Cast') return false
  const x = given.x!
  return String(x.shape) === String(made[0]!.shape) && x.dtype === made[0]!.dtype
}

type Watcher = (kernel: string, given: NamedTensorMap, attrs: Attrs, made: Tensor[]) => void

/** Calls `see` after each kernel, those left out that a kernel runs itself. */
function watchKernels<T>(f: () => T, see: Watcher): T {
  const host = engine()
  const inherited = host.runKernel
  let depth = 0
  const watched: typeof host.runKernel = (kernel, given, attrs) => {
    if (depth > 0) return inherited.call(host, kernel, given, attrs) as never
    depth++
    try {
      const made = inherited.call(host, kernel, given, attrs)
      const list = (Array.isArray(made) ? made : [made]) as Tensor[]
      see(kernel, given, { ...attrs }, list)
      return made as never
    } finally {
      depth--
    }
  }
  host.runKernel = watched
  // under test, tfjs takes constants kept from within a customGrad for leaks
  const isTest = env().getBool('IS_TEST')
  env().set('IS_TEST', false)
  try {
    return f()
  } finally {
    env().set('IS_TEST', isTest)
    // an own property in front of the class's method, unless somebody else had put one there
    host.runKernel = inherited
    if (Object.getPrototypeOf(host).runKernel === inherited) {
      delete (host as { runKernel?: unknown }).runKernel
    }
  }
}
