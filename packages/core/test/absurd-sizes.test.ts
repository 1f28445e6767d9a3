/** Sizes that no memory has, asked for by each operation that makes more than it gets. */
import { holdings } from '@dl/core'

import {
  add,
  avgPool,
  bincount,
  broadcastTo,
  buffer,
  conv2d,
  conv2dTranspose,
  conv3dTranspose,
  depthwiseConv2d,
  diag,
  dispose,
  einsum,
  eye,
  fill,
  gather,
  gatherND,
  greater,
  image,
  linspace,
  matMul,
  maxPool,
  maxPool3d,
  meshgrid,
  multinomial,
  oneHot,
  ones,
  outerProduct,
  pad,
  type Rank,
  randomNormal,
  randomUniform,
  range,
  scatterND,
  signal,
  spaceToBatchND,
  sparseToDense,
  spectral,
  Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  tile,
  truncatedNormal,
  where,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

/** As far as integers go. */
const MOST = 2 ** 53 - 1

const one = () => tensor([1])
const first = () => tensor1d([0], 'int32')
const column = () => zeros([2 ** 20, 1])
const row = () => zeros([1, 2 ** 20])
const square = () => zeros<Rank.R4>([1, 2, 2, 1])
const cube = () => zeros<Rank.R5>([1, 2, 2, 2, 1])
const kernel = () => zeros<Rank.R4>([1, 1, 1, 1])

const makers: [name: string, make: () => unknown][] = [
  ['fill', () => fill([1e9, 1e9], 1)],
  ['fill of 2⁵³ − 1', () => fill([MOST], 1)],
  ['fill of 10¹¹', () => fill([1e5, 1e6], 1)],
  ['zeros', () => zeros([1e9, 1e9])],
  ['zeros, int32', () => zeros([1e9, 1e9], 'int32')],
  ['zeros, bool', () => zeros([MOST], 'bool')],
  ['zeros, complex64', () => zeros([1e9, 1e9], 'complex64')],
  ['ones', () => ones([MOST])],
  ['buffer', () => buffer([1e9, 1e9])],
  ['range', () => range(0, MOST)],
  ['range of small steps', () => range(0, 1, 1e-18)],
  ['range of integers', () => range(0, 1e18, 1, 'int32')],
  ['range without an end', () => range(0, Number.POSITIVE_INFINITY)],
  ['linspace', () => linspace(0, 1, MOST)],
  ['eye', () => eye(1e9)],
  ['eye of 2⁵³ − 1', () => eye(MOST)],
  ['eye of a batch', () => eye(3, 3, [1e9, 1e9] as never)],
  ['oneHot', () => oneHot(first(), MOST)],
  ['oneHot of 10¹⁸', () => oneHot(first(), 1e18)],
  ['broadcastTo', () => broadcastTo(one(), [1e9, 1e9])],
  ['broadcastTo 2⁵³ − 1', () => broadcastTo(one(), [MOST])],
  ['tile', () => tile(one(), [MOST])],
  ['tile of a matrix', () => tile(tensor([[1]]), [1e9, 1e9])],
  ['pad', () => pad(one(), [[0, 2 ** 50]])],
  ['pad by 2⁵³ − 1', () => pad(one(), [[MOST, MOST]])],
  [
    'pad of a matrix',
    () =>
      pad(tensor([[1]]), [
        [0, 1e9],
        [1e9, 0],
      ]),
  ],
  ['randomUniform', () => randomUniform([1e9, 1e9])],
  ['randomNormal', () => randomNormal([1e9, 1e9])],
  ['truncatedNormal', () => truncatedNormal([MOST])],
  ['multinomial', () => multinomial(tensor1d([0.5, 0.5]), MOST)],
  ['matMul', () => matMul(column(), row())],
  ['add', () => add(column(), row())],
  ['greater', () => greater(column(), row())],
  ['where', () => where(zeros([2 ** 20, 1], 'bool'), row(), zeros([1, 1]))],
  ['outerProduct', () => outerProduct(zeros([2 ** 20]), zeros([2 ** 20]))],
  ['einsum', () => einsum('i,j->ij', zeros([2 ** 20]), zeros([2 ** 20]))],
  ['meshgrid', () => meshgrid(zeros([2 ** 20]), zeros([2 ** 20]))],
  ['diag', () => diag(zeros([2 ** 20]))],
  ['gather', () => gather(row(), zeros([2 ** 20], 'int32'))],
  ['gatherND', () => gatherND(row(), zeros([2 ** 20, 1], 'int32'))],
  ['scatterND', () => scatterND(tensor2d([[0]], [1, 1], 'int32'), one(), [MOST])],
  ['sparseToDense', () => sparseToDense(first(), 1, [MOST] as never, 0)],
  ['bincount', () => bincount(first(), tensor1d([]), MOST)],
  ['resizeBilinear', () => image.resizeBilinear(square(), [1e9, 1e9])],
  ['resizeNearestNeighbor', () => image.resizeNearestNeighbor(square(), [1e9, 1e9])],
  [
    'cropAndResize',
    () => image.cropAndResize(square(), tensor2d([[0, 0, 1, 1]]), first(), [1e9, 1e9]),
  ],
  [
    'transform',
    () =>
      image.transform(
        square(),
        tensor2d([[1, 0, 0, 0, 1, 0, 0, 0]]),
        'nearest',
        'constant',
        0,
        [1e9, 1e9],
      ),
  ],
  ['conv2d', () => conv2d(square(), kernel(), 1, 1e9)],
  ['depthwiseConv2d', () => depthwiseConv2d(square(), kernel(), 1, 1e9)],
  ['conv2dTranspose', () => conv2dTranspose(square(), kernel(), [1, 1e9, 1e9, 1], 5e8, 'same')],
  [
    'conv3dTranspose',
    () => conv3dTranspose(cube(), zeros([1, 1, 1, 1, 1]), [1, 1e6, 1e6, 1e6, 1], 5e5, 'same'),
  ],
  ['maxPool', () => maxPool(square(), 1, 1, 1e9)],
  ['avgPool', () => avgPool(square(), 1, 1, 1e9)],
  ['maxPool3d', () => maxPool3d(cube(), 1, 1, 1e9)],
  ['spaceToBatchND', () => spaceToBatchND(zeros([1, 2, 1]), [2], [[0, 2 ** 40]])],
  ['hannWindow', () => signal.hannWindow(MOST)],
  ['hammingWindow', () => signal.hammingWindow(MOST)],
  ['rfft', () => spectral.rfft(zeros([4]), 2 ** 50)],
]

/** What tfjs makes in an array of JavaScript's own, which refuses it before a backend is asked. */
const ofJavaScript = new Set([
  'zeros',
  'zeros, int32',
  'zeros, bool',
  'zeros, complex64',
  'ones',
  'buffer',
  'eye',
  'eye of 2⁵³ − 1',
  'randomUniform',
  'randomNormal',
  'truncatedNormal',
  'hannWindow',
  'hammingWindow',
  'rfft',
])

/** What it throws, when it is asked or when the values are read. */
async function refusalOf(make: () => unknown): Promise<unknown> {
  let made: Tensor[] = []
  try {
    made = tidy(() => [make()].flat().filter(one => one instanceof Tensor))
    await Promise.all(made.map(tensor => tensor.data()))
    return 'nothing refused it'
  } catch (error) {
    return error
  } finally {
    dispose(made)
  }
}

const backend = import.meta.env.DL_TEST_BACKEND as string

describe.skipIf(!['wasm', 'webgl', 'webgpu'].includes(backend))(
  // tfjs's own cpu asks the system for as much, or loops for hours; TensorFlow leaks what it refuses
  'a size that no memory has',
  () => {
    it.for(makers)('%s', async ([name, make]) => {
      const before = holdings()
      const expected = ofJavaScript.has(name)
        ? { name: 'RangeError' }
        : { name: 'DlError', code: 'out-of-memory' }
      expect(await refusalOf(make)).toMatchObject(expected)
      expect(holdings()).toEqual(before)
    })
  },
)
