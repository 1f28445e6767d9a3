/** Rows of a matrix by integer id. */
import { gather, reshape, type Tensor, tidy, unsortedSegmentSum } from '@tensorflow/tfjs-core'
import { check } from '../checks'
import { DlError, showShape } from '../errors'
import { defineFusedKernel } from '../fused/define'
import { valuesAtHand } from './values-at-hand'

const forward = defineFusedKernel({
  name: 'DlEmbedding',
  composed({ weight, ids }) {
    checkIds(ids!, weight!.shape[0]!)
    const rows = gather(weight!, reshape(ids!, [-1]))
    return [reshape(rows, [...ids!.shape, weight!.shape[1]!])]
  },
  gradient: {
    inputsToSave: ['weight', 'ids'],
    grads: ([dy], [weight, ids]) => ({
      weight: () => backward({ ids: ids!, dy: dy! }, { rows: weight!.shape[0]! })[0]!,
    }),
  },
})

const backward = defineFusedKernel<{ rows: number }>({
  name: 'DlEmbeddingGrad',
  composed({ ids, dy }, { rows }) {
    const width = dy!.shape.at(-1)!
    return [unsortedSegmentSum(reshape(dy!, [-1, width]), reshape(ids!, [-1]), rows)]
  },
})

function checkIds(ids: Tensor, rows: number): void {
  const values = valuesAtHand(ids)
  const bad = values?.findIndex(id => !(id >= 0 && id < rows)) ?? -1
  if (bad < 0) return
  throw new DlError('bad-id', {
    problem: `id ${values![bad]} at position ${bad} is no row of the table`,
    expected: `ids from 0 to ${rows - 1}`,
    fix: 'Check that the vocabulary and the embedding have the same size.',
  })
}

/**
 * Looks up rows: the ids' shape with a dimension of D added.
 *
 * @param weight float32 [V, D]
 * @param ids int32 of any shape, each from 0 to V − 1
 * @throws DlError `shape-mismatch` for a weight that is no matrix or ids that are not int32; `bad-id`
 *   for an id outside the rows, on backends that see values at once (all but WebGL)
 *
 * @example
 * ```ts
 * import { embedding } from '@dl/core'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const weight = tensor([[1, 2], [3, 4], [5, 6]])
 * const ids = tensor([[2, 0]], [1, 2], 'int32')
 * const rows = embedding(weight, ids)
 * rows.shape // → 1,2,2
 * String(await rows.data()) // → 5,6,1,2
 * weight.dispose()
 * ids.dispose()
 * rows.dispose()
 * ```
 */
export function embedding(weight: Tensor, ids: Tensor): Tensor {
  check('embedding', 'a tensor', { weight, ids })
  if (weight.rank !== 2 || ids.dtype !== 'int32') {
    throw new DlError('shape-mismatch', {
      problem: `embedding got a weight ${showShape(weight.shape)} and ${ids.dtype} ids ${showShape(ids.shape)}`,
      expected: 'a weight [V, D] and int32 ids',
    })
  }
  return tidy(() => forward({ weight, ids }, {})[0]!)
}
