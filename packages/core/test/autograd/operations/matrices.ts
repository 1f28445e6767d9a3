/** Products of matrices, and what is built of them. */
import * as tf from '@tensorflow/tfjs-core'
import { type Check, within } from '../differences'

const product = (
  transposeA: boolean,
  transposeB: boolean,
  ...shapes: [number[], number[]]
): Check => [(a, b) => tf.matMul(a, b, transposeA, transposeB), ...shapes]

const einsum = (equation: string, ...shapes: number[][]): Check => [
  (...xs) => tf.einsum(equation, ...xs),
  ...shapes,
]

const onDiagonal = (x: tf.Tensor2D): tf.Tensor2D =>
  tf.add(x, tf.mul(3, tf.eye(x.shape[0], x.shape[1])))

export const matrices: Record<string, Check[]> = {
  matMul: [
    product(false, false, [2, 3], [3, 4]),
    product(true, false, [3, 2], [3, 4]),
    product(false, true, [2, 3], [4, 3]),
    product(true, true, [3, 2], [4, 3]),
    product(false, false, [2, 2, 3], [1, 3, 2]),
    product(false, true, [3, 2], [2, 4, 2]),
    product(true, false, [2, 2, 3, 2], [1, 1, 3, 1]),
  ],
  'fused.matMul': [
    [(a, b, bias) => tf.fused.matMul({ a, b, bias }), [2, 3], [3, 4], [4]],
    [(a, b) => tf.fused.matMul({ a, b, transposeA: true }), [3, 2], [3, 4]],
    [(a, b) => tf.fused.matMul({ a, b, transposeB: true }), [2, 3], [4, 3]],
    [(a, b) => tf.fused.matMul({ a, b, transposeA: true, transposeB: true }), [3, 2], [4, 3]],
    [(a, b, bias) => tf.fused.matMul({ a, b, bias, activation: 'sigmoid' }), [2, 3], [3, 2], [2]],
    [(a, b) => tf.fused.matMul({ a, b }), [2, 2, 3], [2, 3, 2]],
  ],
  dot: [
    [tf.dot, [3], [3]],
    [tf.dot, [3], [3, 2]],
    [tf.dot, [2, 3], [3]],
    [tf.dot, [2, 3], [3, 2]],
  ],
  outerProduct: [[tf.outerProduct, [2], [3]]],
  einsum: [
    einsum('ij,jk->ik', [2, 3], [3, 4]),
    einsum('ij,kj->ki', [2, 3], [4, 3]),
    einsum('bij,bjk->bik', [2, 2, 3], [2, 3, 2]),
    einsum('bij,jk->bik', [2, 2, 3], [3, 2]),
    einsum('ij->ji', [2, 3]),
    einsum('ij->i', [2, 3]),
    einsum('ijk->', [2, 1, 3]),
    einsum('i,j->ij', [2], [3]),
    einsum('i,i->', [3], [3]),
    einsum('ij,j->', [2, 3], [3]),
    einsum('ab,cb->c', [2, 3], [2, 3]),
    einsum(' a b c , c d -> d b ', [2, 3, 2], [2, 2]),
    einsum('bhqd,bhkd->bhqk', [2, 1, 2, 3], [2, 1, 3, 3]),
  ],
  'linalg.gramSchmidt': [[x => tf.linalg.gramSchmidt(onDiagonal(x)) as tf.Tensor, [3, 3]]],
  'linalg.qr': [
    [x => tf.linalg.qr(onDiagonal(x))[0], [3, 3]],
    [x => tf.linalg.qr(onDiagonal(x))[1], [3, 3]],
    [x => tf.linalg.qr(onDiagonal(x))[1], [3, 2]],
  ],
  basicLSTMCell: [
    [
      (kernel, bias, x, c, h) => {
        const [newC, newH] = tf.basicLSTMCell(tf.scalar(0.5), kernel, bias, x, c, h)
        return tf.add(newC, newH)
      },
      within([5, 8], -1, 1),
      [8],
      [2, 3],
      [2, 2],
      [2, 2],
    ],
  ],
  multiRNNCell: [
    [
      (kernel, x, c, h) => {
        const cell = (data: tf.Tensor2D, c: tf.Tensor2D, h: tf.Tensor2D) =>
          tf.basicLSTMCell(tf.scalar(1), kernel, tf.zeros([8]), data, c, h)
        const [cs, hs] = tf.multiRNNCell([cell, cell], x, [c, c], [h, h])
        return tf.add(cs[1]!, hs[0]!)
      },
      within([4, 8], -1, 1),
      [2, 2],
      [2, 2],
      [2, 2],
    ],
  ],
}
