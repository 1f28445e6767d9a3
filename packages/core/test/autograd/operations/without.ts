/** Operations of tfjs that have no gradient: by their nature, or because nobody has written one. */
import * as tf from '@tensorflow/tfjs-core'
import { type Check, within } from '../differences'

const ints = (values: number[] | number[][], shape?: number[]) => tf.tensor(values, shape, 'int32')

/** Refused, with a DlError `no-gradient` that names them. */
export const refused: Record<string, Check> = {
  bincount: [w => tf.bincount(tf.tensor1d([0, 1, 1], 'int32'), w, 3), [3]],
  denseBincount: [w => tf.denseBincount(tf.tensor1d([0, 1, 1], 'int32'), w, 3), [3]],
  'image.nonMaxSuppressionWithScore': [
    scores =>
      tf.image.nonMaxSuppressionWithScore(tf.ones([2, 4]), scores, 2, 0.5, 0, 0.5).selectedScores!,
    within([2], 0.2, 0.9),
  ],
  'image.rotateWithOffset': [x => tf.image.rotateWithOffset(x, 0.5), [1, 3, 4, 1]],
  'image.transform': [
    x => tf.image.transform(x, tf.tensor2d([[1, 0, 1, 0, 1, 0, 0, 0]])),
    [1, 3, 4, 1],
  ],
  raggedGather: [
    x =>
      tf.raggedGather([tf.tensor1d([0, 1, 3], 'int32')], x, tf.tensor1d([1, 0], 'int32'), 1)
        .outputDenseValues,
    [3],
  ],
  raggedTensorToTensor: [
    x =>
      tf.raggedTensorToTensor(
        ints([2, 2]),
        x,
        tf.scalar(0),
        [tf.scalar(2, 'int32'), tf.tensor1d([0, 0, 1], 'int32')],
        ['FIRST_DIM_SIZE', 'VALUE_ROWIDS'],
      ),
    [3],
  ],
  'sparse.sparseFillEmptyRows': [
    x =>
      tf.sparse.sparseFillEmptyRows(
        ints([[0, 0]]) as tf.Tensor2D,
        x,
        tf.tensor1d([2, 2], 'int32'),
        0,
      ).outputValues!,
    [1],
  ],
  'sparse.sparseSegmentMean': [
    x => tf.sparse.sparseSegmentMean(x, tf.tensor1d([0, 1], 'int32'), tf.tensor1d([0, 0], 'int32')),
    [2, 3],
  ],
  'sparse.sparseSegmentSum': [
    x => tf.sparse.sparseSegmentSum(x, tf.tensor1d([0, 1], 'int32'), tf.tensor1d([0, 0], 'int32')),
    [2, 3],
  ],
  sparseToDense: [x => tf.sparseToDense(ints([0, 2]), x, [4], 0), [2]],
  unique: [x => tf.unique(x).values, [3]],
}

/** Of some calls only. */
export const refusedVariants: [name: string, check: Check, message: RegExp][] = [
  [
    'conv3d with dilations',
    [(x, f) => tf.conv3d(x, f, 1, 'same', 'NDHWC', [2, 1, 1]), [1, 3, 2, 2, 1], [2, 1, 1, 1, 1]],
    /^conv3d has no gradient with dilations \[2, 1, 1\]; expected dilations of 1/,
  ],
  [
    'fused.conv2d with dilations',
    [
      (x, filter) => tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', dilations: 2 }),
      [1, 3, 3, 1],
      [2, 2, 1, 1],
    ],
    /^the operation fusedConv2d has no gradient here: .*dilation/,
  ],
  [
    'fused.conv2d of one image without a batch',
    [
      (x, filter) => tf.fused.conv2d({ x, filter, strides: 1, pad: 'same' }),
      [3, 3, 1],
      [2, 2, 1, 1],
    ],
    /^the operation fusedConv2d has no gradient here: /,
  ],
  [
    'cropAndResize towards its boxes',
    [
      (image, boxes) =>
        tf.image.cropAndResize(image, boxes, tf.tensor1d([0], 'int32'), [2, 2], 'bilinear'),
      [1, 3, 3, 1],
      within([1, 4], 0.1, 0.9),
    ],
    /^cropAndResize has no gradient towards its boxes/,
  ],
  [
    'a product of complex numbers',
    [(a, b) => tf.real(tf.mul(tf.complex(a, b), tf.complex(b, a))), [3], [3]],
    /^the operation Multiply has no gradient of complex numbers; expected /,
  ],
]

/** int32 or bool come out, through which no gradient flows: it is null, and in PyTorch an error. */
export const integers: Record<string, Check> = {
  all: [x => tf.all(tf.greater(x, 0)), [3]],
  any: [x => tf.any(tf.greater(x, 0)), [3]],
  argMax: [x => tf.argMax(x), [3]],
  argMin: [x => tf.argMin(x), [3]],
  bitwiseAnd: [x => tf.bitwiseAnd(tf.cast(x, 'int32'), tf.cast(x, 'int32')), [3]],
  equal: [x => tf.equal(x, 0), [3]],
  floorDiv: [x => tf.floorDiv(x, 2), [3]],
  greater: [x => tf.greater(x, 0), [3]],
  greaterEqual: [x => tf.greaterEqual(x, 0), [3]],
  'image.nonMaxSuppression': [
    scores => tf.image.nonMaxSuppression(tf.ones([2, 4]), scores, 2),
    within([2], 0.2, 0.9),
  ],
  'image.nonMaxSuppressionPadded': [
    scores => tf.image.nonMaxSuppressionPadded(tf.ones([2, 4]), scores, 2).selectedIndices!,
    within([2], 0.2, 0.9),
  ],
  'image.threshold': [x => tf.image.threshold(x, 'binary', false, 0.5), within([2, 2, 1], 1, 99)],
  isFinite: [x => tf.isFinite(x), [3]],
  isInf: [x => tf.isInf(x), [3]],
  isNaN: [x => tf.isNaN(x), [3]],
  less: [x => tf.less(x, 0), [3]],
  lessEqual: [x => tf.lessEqual(x, 0), [3]],
  logicalAnd: [x => tf.logicalAnd(tf.cast(x, 'bool'), tf.cast(x, 'bool')), [3]],
  logicalNot: [x => tf.logicalNot(tf.cast(x, 'bool')), [3]],
  logicalOr: [x => tf.logicalOr(tf.cast(x, 'bool'), tf.cast(x, 'bool')), [3]],
  logicalXor: [x => tf.logicalXor(tf.cast(x, 'bool'), tf.cast(x, 'bool')), [3]],
  'math.confusionMatrix': [
    x =>
      tf.math.confusionMatrix(tf.tensor1d([0, 1, 1], 'int32'), tf.argMax(x, 1) as tf.Tensor1D, 2),
    [3, 2],
  ],
  multinomial: [x => tf.multinomial(x, 3, 1), within([2, 2], 0.1, 0.9)],
  notEqual: [x => tf.notEqual(x, 0), [3]],
  oneHot: [x => tf.oneHot(tf.cast(x, 'int32'), 3), within([3], 0.1, 2.9)],
  searchSorted: [x => tf.searchSorted(tf.tensor2d([[1, 2, 3]]), x), within([1, 2], 0.5, 3.5)],
}

/** They take no tensor of floats to differentiate. */
export const makers: readonly string[] = [
  ...['browser.fromPixels', 'broadcastArgs', 'eye', 'raggedRange', 'rand', 'randomGamma'],
  ...['randomNormal', 'randomStandardNormal', 'randomUniform', 'randomUniformInt'],
  ...['signal.hammingWindow', 'signal.hannWindow', 'sparse.sparseReshape', 'truncatedNormal'],
  ...['string.stringNGrams', 'string.stringSplit', 'string.stringToHashBucketFast'],
  'string.staticRegexReplace',
]

/** Kernels without a gradient that no operation above stands for. */
export const kernelsWithout: Record<string, readonly string[]> = {
  'of gradients themselves: there is no second derivative': [
    ...['AvgPool3DGrad', 'AvgPoolGrad', 'Conv2DBackpropFilter', 'Conv3DBackpropFilterV2'],
    ...['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', 'EluGrad'],
    ...['Dilation2DBackpropFilter', 'Dilation2DBackpropInput', 'LRNGrad', 'MaxPool3DGrad'],
    ...['MaxPoolGrad', 'ResizeBilinearGrad', 'ResizeNearestNeighborGrad'],
  ],
  'inside operations that bring their gradient along': [
    ...['FusedConv2D', 'FusedDepthwiseConv2D', '_FusedMatMul'],
  ],
  'a name that no operation runs': ['LowerBound', 'MatrixBandPart', 'Pool', 'UpperBound'],
  'they make integers, strings or pictures, or take nothing to differentiate': [
    ...['BitwiseAnd', 'BroadcastArgs', 'Draw', 'Fill', 'FromPixels', 'LinSpace', 'LogicalXor'],
    ...['Multinomial', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'RaggedRange', 'Range'],
    ...['SearchSorted', 'SparseReshape', 'StaticRegexReplace', 'StringNGrams', 'StringSplit'],
    'StringToHashBucketFast',
  ],
  refused: [
    ...['Bincount', 'DenseBincount', 'NonMaxSuppressionV5', 'RaggedGather', 'RaggedTensorToTensor'],
    ...['RotateWithOffset', 'SparseFillEmptyRows', 'SparseSegmentMean', 'SparseSegmentSum'],
    ...['SparseToDense', 'Transform', 'Unique'],
  ],
}
