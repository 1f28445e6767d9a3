/** A right call of every kernel of ours, for tests that spoil them one way after another. */
import { floats, ints, size, type Value } from '../helpers'

export interface Call {
  /** A list (AddN, Concat, Pack) has its indices as names. */
  inputs: Record<string, Value>
  attrs: Record<string, unknown>
}

const call = (inputs: Call['inputs'], attrs: Call['attrs'] = {}): Call => ({ inputs, attrs })
const each = (names: string, make: () => Call): Record<string, Call> =>
  Object.fromEntries(names.split(' ').map(name => [name, make()]))

const [T, B, I, H] = [2, 3, 4, 2]

/** Inputs of a recurrent layer's kernel with `gates` gates; `more` are shapes of those only some have. */
const recurrent = (gates: number, more: Record<string, number[]> = {}): Call =>
  call(
    {
      x: floats(T, B, I),
      h0: floats(B, H),
      wIh: floats(I, gates * H),
      wHh: floats(H, gates * H),
      ...Object.fromEntries(Object.entries(more).map(([name, shape]) => [name, floats(...shape)])),
    },
    { nonlinearity: 'tanh' },
  )
const biases = (gates: number) => ({ bIh: [gates * H], bHh: [gates * H] })
const returned = { y: [T, B, H], dy: [T, B, H], dhN: [B, H] }

const conv = { strides: [1, 2], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] }
const image = [2, 5, 4, 3]
const filter = [3, 2, 3, 2]

const pool = { filterSize: [2, 3], strides: [2, 1], pad: 'same', dimRoundingMode: 'floor' }
const pooled = [2, 3, 4, 3]
const bools = (...shape: number[]): Value => ({
  values: Uint8Array.from(ints(2, ...shape).values),
  shape,
  dtype: 'bool',
})
const ones = (...shape: number[]): Value => ({
  ...floats(...shape),
  values: new Float32Array(size(shape)).fill(1),
})

const norm = { eps: 1e-3, training: true, relu: true }
const perChannel = (...names: string[]) =>
  Object.fromEntries(names.map(name => [name, floats(3)] as const))

const crossEntropy = { reduction: 'mean', ignoreIndex: -100 }
const step = { lr: 0.1, weightDecay: 0.01, decoupledDecay: 0.02 }

export const calls: Record<string, Call> = {
  BatchMatMul: call(
    { a: floats(2, 3, 4), b: floats(2, 4, 5) },
    { transposeA: false, transposeB: false },
  ),
  _FusedMatMul: call(
    { a: floats(2, 3, 4), b: floats(2, 4, 5), bias: floats(5) },
    { transposeA: false, transposeB: false, activation: 'relu' },
  ),
  ...each('Add Sub Multiply RealDiv Maximum Minimum SquaredDifference', () =>
    call({ a: floats(2, 3), b: floats(2, 3) }),
  ),
  ...each(
    'Relu Sigmoid Tanh Exp Log Sqrt Square Neg Abs Rsqrt Reciprocal Elu Floor ZerosLike OnesLike',
    () => call({ x: floats(2, 3) }),
  ),
  ...each('Equal NotEqual Greater GreaterEqual Less LessEqual', () =>
    call({ a: floats(2, 3), b: floats(2, 3) }),
  ),
  Select: call({ condition: bools(2, 3), t: floats(2, 3), e: floats(2, 3) }),
  LogicalNot: call({ x: bools(2, 3) }),
  ArgMax: call({ x: floats(2, 3, 4) }, { axis: [1] }),
  Reverse: call({ x: floats(2, 3, 4) }, { dims: [1, 2] }),
  MirrorPad: call(
    { x: floats(2, 3) },
    {
      paddings: [
        [0, 1],
        [2, 0],
      ],
      mode: 'reflect',
    },
  ),
  LeakyRelu: call({ x: floats(2, 3) }, { alpha: 0.3 }),
  EluGrad: call({ dy: floats(2, 3), y: floats(2, 3) }),
  Step: call({ x: floats(2, 3) }, { alpha: 0.5 }),
  ClipByValue: call({ x: floats(2, 3) }, { clipValueMin: -0.5, clipValueMax: 0.5 }),
  AddN: call({ 0: floats(2, 3), 1: floats(2, 3), 2: floats(2, 3) }),
  Cast: call({ x: ints(9, 2, 3) }, { dtype: 'float32' }),
  Fill: call({}, { shape: [2, 3], value: 1.5, dtype: 'float32' }),
  ...each('Sum Mean', () => call({ x: floats(2, 3, 4) }, { axis: [1], keepDims: false })),
  Max: call({ x: floats(2, 3, 4) }, { reductionIndices: [1], keepDims: false }),
  Softmax: call({ logits: floats(2, 3) }, { dim: 1 }),
  Transpose: call({ x: floats(2, 3, 4) }, { perm: [2, 0, 1] }),
  Slice: call({ x: floats(2, 3, 4) }, { begin: [0, 1, 0], size: [2, 2, 3] }),
  SplitV: call({ x: floats(2, 3) }, { numOrSizeSplits: [1, 2], axis: 1 }),
  Unpack: call({ value: floats(2, 3) }, { axis: 1 }),
  Concat: call({ 0: floats(2, 3), 1: floats(2, 1) }, { axis: 1 }),
  Pack: call({ 0: floats(2, 3), 1: floats(2, 3) }, { axis: 1 }),
  PadV2: call(
    { x: floats(2, 3) },
    {
      paddings: [
        [0, 1],
        [2, 0],
      ],
      constantValue: 0.5,
    },
  ),
  Tile: call({ x: floats(2, 3) }, { reps: [2, 3] }),
  GatherV2: call({ x: floats(4, 3), indices: ints(4, 5) }, { axis: 0, batchDims: 0 }),
  UnsortedSegmentSum: call({ x: floats(4, 3), segmentIds: ints(3, 4) }, { numSegments: 3 }),
  Conv2D: call({ x: floats(...image), filter: floats(...filter) }, conv),
  FusedConv2D: call(
    { x: floats(...image), filter: floats(...filter), bias: floats(2) },
    { ...conv, activation: 'relu' },
  ),
  Conv2DBackpropInput: call(
    { dy: floats(2, 5, 2, 2), filter: floats(...filter) },
    { ...conv, inputShape: image },
  ),
  Conv2DBackpropFilter: call(
    { x: floats(...image), dy: floats(2, 5, 2, 2) },
    { ...conv, filterShape: filter },
  ),
  DepthwiseConv2dNative: call({ x: floats(...image), filter: floats(...filter) }, conv),
  FusedDepthwiseConv2D: call(
    { x: floats(...image), filter: floats(...filter), bias: floats(6) },
    { ...conv, activation: 'relu' },
  ),
  DepthwiseConv2dNativeBackpropInput: call(
    { dy: floats(2, 5, 2, 6), filter: floats(...filter) },
    { ...conv, inputShape: image },
  ),
  DepthwiseConv2dNativeBackpropFilter: call(
    { x: floats(...image), dy: floats(2, 5, 2, 6) },
    { ...conv, filterShape: filter },
  ),
  ...each('MaxPool AvgPool', () => call({ x: floats(...image) }, pool)),
  AvgPoolGrad: call({ dy: floats(...pooled), input: floats(...image) }, pool),
  MaxPoolGrad: call(
    { dy: floats(...pooled), input: ones(...image), output: ones(...pooled) },
    pool,
  ),
  FusedBatchNorm: call(
    { x: floats(...image), ...perChannel('mean', 'offset', 'scale'), variance: ones(3) },
    { varianceEpsilon: 1e-3 },
  ),
  DlBatchNorm: call({ x: floats(...image), ...perChannel('gamma', 'beta') }, norm),
  DlBatchNormGrad: call(
    {
      ...{ x: floats(...image), ...perChannel('mean', 'scale', 'rest'), variance: ones(3) },
      dy: floats(...image),
    },
    norm,
  ),
  DlRnn: recurrent(1, biases(1)),
  DlGru: recurrent(3, biases(3)),
  DlLstm: recurrent(4, { c0: [B, H], ...biases(4) }),
  DlRnnGrad: recurrent(1, returned),
  DlGruGrad: recurrent(3, { ...returned, cache: [T, B, 4 * H] }),
  DlLstmGrad: recurrent(4, {
    ...{ ...returned, c0: [B, H], gates: [T, B, 4 * H], cells: [T, B, H], dcN: [B, H] },
  }),
  DlCrossEntropy: call({ logits: floats(3, 4), labels: ints(4, 3) }, crossEntropy),
  DlCrossEntropyGrad: call(
    { logits: floats(3, 4), labels: ints(4, 3), peak: floats(3), others: floats(3), dy: floats() },
    crossEntropy,
  ),
  DlBinaryCrossEntropy: call({ logits: floats(3, 4), targets: floats(3, 4) }),
  DlBinaryCrossEntropyGrad: call({
    ...{ logits: floats(3, 4), targets: floats(3, 4), dy: floats(3, 4) },
  }),
  DlEmbedding: call({ weight: floats(4, 3), ids: ints(4, 5) }),
  DlEmbeddingGrad: call({ ids: ints(4, 5), dy: floats(5, 3) }, { rows: 4 }),
  DlDropout: call({ x: floats(2, 3) }, { p: 0.5, key0: 1, key1: 2, counter: 3 }),
  DlSgdStep: call(
    { param: floats(2, 3), grad: floats(2, 3), buffer: floats(2, 3), scale: floats() },
    { ...step, momentum: 0.9, nesterov: true },
  ),
  DlAdamStep: call(
    { param: floats(2, 3), grad: floats(2, 3), m: floats(2, 3), v: floats(2, 3), scale: floats() },
    { ...step, beta1: 0.9, beta2: 0.99, eps: 1e-8, step: 1 },
  ),
}
