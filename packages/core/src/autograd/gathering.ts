/** Gradients of operations that look elements up, or put them where an index says. */
import {
  add,
  cast,
  equal,
  type GatherV2Attrs,
  type GradConfig,
  gatherND,
  mul,
  range,
  reshape,
  scatterND,
  stack,
  type Tensor,
  type Tensor1D,
  tensorScatterUpdate,
  tile,
  transpose,
  unsortedSegmentSum,
  util,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { rule } from './rule'

const sizeOf = util.sizeFromShape

/**
 * Row by row of the batch dimensions, whose rows are counted through; tfjs knows one such dimension
 * only, and takes it apart. `outer` lies between batch and axis, `inner` behind the axis.
 */
const gather = rule<GatherV2Attrs>('GatherV2', {
  saves: ['indices'],
  shapes: ['x'],
  grads(dy, [indices, x], attrs) {
    const { shape } = x!
    const axis = util.parseAxisParam(attrs.axis, shape)[0]!
    const batchDims = attrs.batchDims ?? 0
    const batch = sizeOf(shape.slice(0, batchDims))
    const outer = sizeOf(shape.slice(batchDims, axis))
    const [n, inner] = [shape[axis]!, sizeOf(shape.slice(axis + 1))]
    return {
      x() {
        const each = indices!.size / batch
        const first = range(0, batch * n, n, 'int32')
        const ids = add(reshape(indices!, [batch, each]), reshape(first, [batch, 1]))
        const rows = swap(dy, [batch, outer, each, inner])
        const flat = reshape(ids, [-1]) as Tensor1D
        const sums = unsortedSegmentSum(reshape(rows, [batch * each, -1]), flat, batch * n)
        return reshape(swap(sums, [batch, n, outer, inner]), shape)
      },
    }
  },
})

/** Changes the places of the two dimensions in the middle. */
const swap = (x: Tensor, shape: number[]): Tensor => {
  const whole = reshape(x, shape)
  return shape[1] === 1 || shape[2] === 1 ? whole : transpose(whole, [0, 2, 1, 3])
}

const gatherNd = rule('GatherNd', {
  saves: ['indices'],
  shapes: ['params'],
  grads: (dy, [indices, params]) => ({
    params: () => scatterND(indices as never, dy, params!.shape as never),
  }),
})

const scatterNd = rule('ScatterNd', {
  saves: ['indices'],
  grads: (dy, [indices]) => ({ updates: () => gatherND(dy, indices as never) }),
})

/** tfjs's CPU kernel writes into the very tensor it is given, so that gets a copy. */
const put = (x: Tensor, indices: Tensor, updates: Tensor): Tensor =>
  tensorScatterUpdate(add(x, 0) as Tensor1D, indices as Tensor1D, updates as Tensor1D)

/** Where two updates go to one place, only the one that stayed gets a gradient. */
const scatterUpdate = rule('TensorScatterUpdate', {
  saves: ['indices'],
  shapes: ['updates'],
  grads: (dy, [indices, updates]) => ({
    tensor: () => put(dy, indices!, zeros(updates!.shape)),
    updates() {
      const { size, shape } = updates!
      const numbers = reshape(range(1, size + 1), shape)
      const owners = put(zerosLike(dy), indices!, numbers)
      const stayed = equal(gatherND(owners, indices as never), numbers)
      return mul(gatherND(dy, indices as never), cast(stayed, 'float32'))
    },
  }),
})

const topK = rule('TopK', {
  shapes: ['x'],
  outputs: [false, true],
  grads: (dys, [x, indices]) => ({
    x() {
      const [dy] = dys as unknown as Tensor[]
      const n = x!.shape.at(-1)!
      const rows = x!.size / n
      const row = tile(reshape(range(0, rows, 1, 'int32'), [rows, 1]), [1, indices!.size / rows])
      const places = stack([reshape(row, [-1]), reshape(indices!, [-1])], 1)
      return reshape(scatterND(places as never, reshape(dy!, [-1]), [rows, n]), x!.shape)
    },
  }),
})

export const gathering: GradConfig[] = [gather, gatherNd, scatterNd, scatterUpdate, topK]
