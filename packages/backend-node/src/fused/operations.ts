/** TensorFlow's operations on floats, by the names that tfjs has for them. */
import { type Call, FLOAT, INT } from '../call'
import type { Handle } from '../tensorflow'

export const binary = (call: Call, operation: string, a: Handle, b: Handle): Handle =>
  call.run(operation, { T: FLOAT }, a, b)
export const mul = (call: Call, a: Handle, b: Handle): Handle => binary(call, 'Mul', a, b)
export const add = (call: Call, a: Handle, b: Handle): Handle => binary(call, 'AddV2', a, b)
export const sub = (call: Call, a: Handle, b: Handle): Handle => binary(call, 'Sub', a, b)
export const bend = (call: Call, operation: string, x: Handle): Handle =>
  call.run(operation, { T: FLOAT }, x)

export const matMul = (call: Call, a: Handle, b: Handle, ofA = false, ofB = false): Handle =>
  call.run('MatMul', { T: FLOAT, transpose_a: ofA, transpose_b: ofB }, a, b)

/** Equal parts along an axis; along the first they share their numbers with the whole. */
export const split = (call: Call, x: Handle, parts: number, axis: number): Handle[] =>
  parts === 1
    ? [x]
    : call.runAll('Split', { T: FLOAT, num_split: parts }, [call.int(axis), x], parts)

export const join = (call: Call, parts: Handle[], axis: number): Handle =>
  parts.length === 1
    ? parts[0]!
    : call.run('ConcatV2', { T: FLOAT, Tidx: INT, N: parts.length }, ...parts, call.int(axis))

export const sum = (call: Call, x: Handle, axis: number, keepDims = false): Handle =>
  call.run('Sum', { T: FLOAT, Tidx: INT, keep_dims: keepDims }, x, call.ints(axis))

/** A matrix with its sides swapped. A product that reads one in this way again and again packs it anew each time. */
export const transpose = (call: Call, x: Handle): Handle =>
  call.run('Transpose', { T: FLOAT, Tperm: INT }, x, call.ints(1, 0))
