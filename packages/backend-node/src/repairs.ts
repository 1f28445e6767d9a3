/** Kernels that tfjs-node has otherwise than tfjs's other backends, or otherwise than PyTorch. */
import {
  backend_util,
  type DataType,
  type Tensor,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { BOOL, type Call, FLOAT, INT, type Kernels, type Run, type Type } from './call'

/** As in PyTorch, nothing is larger than a NaN, which TensorFlow passes over. */
function argMax(call: Call) {
  const x = call.input('x')
  const [axis = 0] = util.parseAxisParam(call.attrs.axis, call.shape('x'))
  const unknown = call.run('IsNan', { T: FLOAT }, x)
  const infinity = call.float(Number.POSITIVE_INFINITY)
  const known = call.run('SelectV2', { T: FLOAT }, unknown, infinity, x)
  const settings = { T: FLOAT, Tidx: INT, output_type: INT }
  return call.output(call.run('ArgMax', settings, known, call.int(axis)), 'int32')
}

/** tfjs-node wants methods of tensors, which a program need not have. */
function prelu(call: Call) {
  const [x, alpha] = [call.input('x'), call.input('alpha')]
  const negative = call.run('Minimum', { T: FLOAT }, x, call.float(0))
  const bent = call.run('Mul', { T: FLOAT }, alpha, negative)
  return call.output(call.run('AddV2', { T: FLOAT }, call.run('Relu', { T: FLOAT }, x), bent))
}

/** tfjs-node counts axes from the start only, and reads the indices back to look at them. */
function gather(call: Call) {
  const { x, indices } = call.inputs as Record<'x' | 'indices', TensorInfo>
  const { axis, batchDims } = call.attrs
  const [at = 0] = util.parseAxisParam(axis, x.shape)
  // complains where it has to
  backend_util.segment_util.collectGatherOpShapeInfo(
    ...([x as Tensor, indices as Tensor, at, batchDims] as const),
  )
  const types = { Tparams: typeOf(x.dtype), Tindices: INT, Taxis: INT }
  const inputs = [call.input('x'), call.input('indices'), call.int(at)]
  return call.output(call.run('GatherV2', { ...types, batch_dims: batchDims }, ...inputs), x.dtype)
}

/** A whole number, whatever is divided. */
function floorDiv(call: Call) {
  const { a, b } = call.inputs as Record<'a' | 'b', TensorInfo>
  const dtype = backend_util.upcastType(a.dtype, b.dtype)
  const quotient = call.run('FloorDiv', { T: typeOf(dtype) }, call.input('a'), call.input('b'))
  if (dtype === 'int32') return call.output(quotient, 'int32')
  return call.output(call.run('Cast', { SrcT: typeOf(dtype), DstT: INT }, quotient), 'int32')
}

/** The sign of NaN is 0. */
function sign(call: Call) {
  const x = call.input('x')
  const unknown = call.run('IsNan', { T: FLOAT }, x)
  const signs = call.run('Sign', { T: FLOAT }, x)
  return call.output(call.run('SelectV2', { T: FLOAT }, unknown, call.float(0), signs))
}

/** TensorFlow wants each index as a row, of one number where a tensor has one dimension. */
function scatter(call: Call) {
  const { indices, updates } = call.inputs as Record<'indices' | 'updates', TensorInfo>
  const at = call.input('indices')
  const rows =
    indices.shape.length === 1
      ? call.run('Reshape', { T: INT, Tshape: INT }, at, call.ints(indices.shape[0]!, 1))
      : at
  const types = { T: typeOf(updates.dtype), Tindices: INT }
  const inputs = [rows, call.input('updates'), call.ints(...call.attrs.shape)]
  return call.output(call.run('ScatterNd', types, ...inputs), updates.dtype)
}

/** Of shapes that meet; tfjs-node's wants them equal, which those without an element are not. */
function select(call: Call) {
  const { dtype } = call.inputs.t as TensorInfo
  const inputs = [call.input('condition'), call.input('t'), call.input('e')]
  return call.output(call.run('SelectV2', { T: typeOf(dtype) }, ...inputs), dtype)
}

/** For floats TensorFlow's operation, which refuses other types or turns them into nonsense. */
const floats =
  (run: Run = call => call.original()): Run =>
  call =>
    isFloat(call, 'x') ? run(call) : call.fallback()

const dtypeOf = (call: Call, name: string): DataType => (call.inputs[name] as TensorInfo).dtype
const isFloat = (call: Call, name: string): boolean => dtypeOf(call, name) === 'float32'

/** TensorFlow compares no text. */
const numbers: Run = call => {
  return dtypeOf(call, 'a') === 'string' ? call.fallback() : call.original()
}

const typeOf = (dtype: DataType): Type =>
  dtype === 'int32' ? INT : dtype === 'bool' ? BOOL : FLOAT

export const repairKernels: Kernels = {
  ArgMax: call => (isFloat(call, 'x') ? argMax(call) : call.original()),
  Prelu: floats(prelu),
  GatherV2: gather,
  ScatterNd: scatter,
  Select: call =>
    ['complex64', 'string'].includes(dtypeOf(call, 't')) ? call.original() : select(call),
  FloorDiv: floorDiv,
  Sign: floats(sign),
  ...Object.fromEntries(['LeakyRelu', 'Round', 'Step'].map(name => [name, floats()])),
  ...Object.fromEntries(
    ['Greater', 'GreaterEqual', 'Less', 'LessEqual'].map(name => [name, numbers]),
  ),
  Diag: call => (dtypeOf(call, 'x') === 'bool' ? call.fallback() : call.original()),
  // the same samples as elsewhere
  Multinomial: call => call.fallback(),
  // of several NaNs the first alone
  Unique: call => call.fallback(),
}
