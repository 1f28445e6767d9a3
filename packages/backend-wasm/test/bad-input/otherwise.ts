/**
 * Where our answer to a wrong call is another than that of tfjs's kernel, on purpose: by kernel and
 * by what was spoiled. Compared exactly.
 */
const answers: [kernels: string, spoiled: string[], why: string][] = [
  ['Sum Mean', ['axis [1,1]'], 'tfjs folds an axis named twice into a wrong shape'],
  ['Max', ['reductionIndices [1,1]'], 'the same'],
  ['Max', ['x [2,0,4]', 'all 0 in dimension 1'], 'the maximum of nothing is -Infinity, not NaN'],
  [
    'Transpose',
    ['x []', 'all scalars', 'perm [2,0,1,2]', 'perm [0,0,1]', 'perm [2,0,0]'],
    'tfjs moves elements by what is no permutation of the dimensions',
  ],
  ['Slice', ['begin [0,0.5,0]'], 'tfjs reads between rows'],
  ['Unpack', ['axis 0.5', 'axis "NaN"'], 'tfjs returns empty tensors'],
  [
    'PadV2 MirrorPad',
    [
      ...['x [2,3,1]', 'x [2,2,3]', 'x [2,1,2,1,2,1,2]', 'all of rank 7'],
      ...['paddings [[2,0]]', 'paddings [[0,1,0],[2,0]]', 'paddings [[0,1],[2,0,2]]'],
    ],
    'tfjs does not look whether there is one pair for each dimension',
  ],
  ['PadV2', ['x [1,2,3]', 'paddings []'], 'the same'],
  [
    'PadV2 MirrorPad',
    [
      ...['paddings [[-1,1],[2,0]]', 'paddings [[0,-1],[2,0]]'],
      ...['paddings [[0,1],[-1,0]]', 'paddings [[0,1],[2,-1]]'],
    ],
    'where tfjs should crop, its elements land in other rows',
  ],
  ['Tile', ['reps [0.5,3]'], 'tfjs repeats half a row'],
  ['SplitV', ['numOrSizeSplits []'], 'both crash, in a helper of tfjs'],
  ['Concat', ['0 complex64', '1 complex64'], 'both crash; concat() refuses a mixture'],
  ['UnsortedSegmentSum', ['numSegments 0.5'], 'tfjs rounds up'],
  ['UnsortedSegmentSum', ['numSegments 0'], 'tfjs cannot sum into no segments'],
  [
    'Conv2DBackpropInput Conv2DBackpropFilter DepthwiseConv2dNativeBackpropInput DepthwiseConv2dNativeBackpropFilter',
    ['dilations [7,1]', 'dilations [1,7]'],
    'tfjs forgets the dilation',
  ],
  [
    'DepthwiseConv2dNative FusedDepthwiseConv2D',
    ['dilations [7,1]', 'dilations [1,7]'],
    'tfjs allows stride or dilation',
  ],
  ['MaxPool MaxPoolGrad AvgPool AvgPoolGrad', ['filterSize [3]'], 'tfjs wants two sizes or one'],
  ['MaxPoolGrad', ['input [2,6,4,3]'], 'the largest values are of another image'],
  ['AvgPoolGrad', ['filterSize [0,3]', 'filterSize [2,0]'], 'tfjs divides 0 by 0'],
  ['FusedBatchNorm', ['varianceEpsilon -1'], 'so does tfjs, and adds to it'],
  ['DlBatchNormGrad', ['eps -1', 'eps "NaN"'], 'where ReLU cut there is no gradient'],
  ['DlRnn DlGru DlLstm', ['x [0,3,4]'], 'the composed layers cannot run over no steps'],
  ['DlEmbeddingGrad', ['dy [5,0]', 'all 0 in dimension 1'], 'nor embed into no columns'],
  ['DlCrossEntropy', ['reduction "nonsense"'], 'crossEntropy() refuses it'],
  ['DlCrossEntropyGrad', ['logits [3,0]', 'all 0 in dimension 1'], 'no label is one of no classes'],
  ['DlBinaryCrossEntropy DlBinaryCrossEntropyGrad', ['logits bool'], 'binaryCrossEntropy() does'],
  ['DlDropout', ['p "NaN"'], 'dropout() refuses it'],
  ['DlDropout', ['counter "NaN"'], 'it comes from a generator'],
]

export const otherwise = (kernel: string): string[] =>
  answers.flatMap(([kernels, spoiled]) => (kernels.split(' ').includes(kernel) ? spoiled : []))
