/** Comparisons of floats or of integers, and what is chosen by them. */
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import {
  allWords,
  FLOATS_WORTH_CUTTING,
  type Kernel,
  type KernelCall,
  type Outputs,
} from '../kernel'
import { broadcastStrides, stridesOf } from '../strides'
import { copy } from './layout'

/** The numbers kernels/compare.ts knows these by, whether they are negated, whether a and b change places. */
const COMPARISONS = {
  Equal: [0, 0, false],
  NotEqual: [0, 1, false],
  Greater: [1, 0, false],
  Less: [1, 0, true],
  GreaterEqual: [2, 0, false],
  LessEqual: [2, 0, true],
} as const

type Operand = [pointer: number, stride: 0 | 1]

/** One number stays one, another shape is written out; null if that needs over four loops. */
function operand(call: KernelCall, info: TensorInfo, shape: number[]): Operand | null {
  const pointer = call.own(info)
  const size = util.sizeFromShape(info.shape)
  if (size === 1) return [pointer, 0]
  if (size === util.sizeFromShape(shape)) return [pointer, 1]
  const to = call.scratch(util.sizeFromShape(shape))
  const source = { pointer, strides: broadcastStrides(info.shape, shape) }
  const written = copy(call, shape, source, { pointer: to, strides: stridesOf(shape) })
  return written ? [to, 1] : null
}

function compare(call: KernelCall, name: keyof typeof COMPARISONS): Outputs {
  const [op, negate, swapped] = COMPARISONS[name]
  const [a, b] = [call.input('a'), call.input('b')]
  if (!allWords(a, b)) return call.fallback()
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape)
  const [first, second] = [operand(call, a, shape), operand(call, b, shape)]
  if (first === null || second === null) return call.fallback()
  const out = call.output(shape, 'bool')
  const operands = swapped ? [...second, ...first] : [...first, ...second]
  const args = [op, a.dtype === 'int32' ? 1 : 0, negate, ...operands, call.own(out)]
  call.split('compare', util.sizeFromShape(shape), FLOATS_WORTH_CUTTING, ...args)
  return out
}

function select(call: KernelCall): Outputs {
  const [condition, t, e] = [call.input('condition'), call.input('t'), call.input('e')]
  const { shape } = t
  const alike = [condition, e].every(info => util.arraysEqual(info.shape, shape))
  if (!allWords(t, e) || condition.dtype !== 'bool' || !alike) return call.fallback()
  const places = [call.own(condition), call.own(t), call.own(e)]
  const out = call.output(shape, t.dtype)
  const size = util.sizeFromShape(shape)
  call.split('select', size, FLOATS_WORTH_CUTTING, ...places, call.own(out))
  return out
}

function logicalNot(call: KernelCall): Outputs {
  const x = call.input('x')
  if (x.dtype !== 'bool') return call.fallback()
  const from = call.own(x)
  const out = call.output(x.shape, 'bool')
  call.split('logicalNot', util.sizeFromShape(x.shape), FLOATS_WORTH_CUTTING, from, call.own(out))
  return out
}

export const compareKernels: Kernel[] = [
  ...Object.keys(COMPARISONS).map(name => ({
    name,
    run: (call: KernelCall) => compare(call, name as keyof typeof COMPARISONS),
  })),
  { name: 'Select', run: select },
  { name: 'LogicalNot', run: logicalNot },
]
