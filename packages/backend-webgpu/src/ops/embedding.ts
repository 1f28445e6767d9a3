/**
 * Rows of a table by id (contract: @dl/core's `embedding`). The gradient adds up rows that have the
 * same id: positions are put in order of their ids, then a thread for each first of its id and each
 * column adds in that order, so the sum is the same in every run. Ids that came from the host are
 * put in order there; others, on the device.
 */
import { DlError } from '@dl/core'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { expectShapes, type Kernel, type KernelCall } from '../kernel'
import { copyFloats, launch, sizeOf } from '../program'

function checkIds(ids: Int32Array | null, rows: number): void {
  const bad = ids?.findIndex(id => !(id >= 0 && id < rows)) ?? -1
  if (bad < 0) return
  throw new DlError('bad-id', {
    problem: `id ${ids![bad]} at position ${bad} is no row of the table`,
    expected: `ids from 0 to ${rows - 1}`,
    fix: 'Check that the vocabulary and the embedding have the same size.',
  })
}

function embedding({ backend, inputs }: KernelCall): TensorInfo {
  const { weight, ids } = inputs as { weight: TensorInfo; ids: TensorInfo }
  const [rows = 0, width = 0] = weight.shape
  expectShapes('DlEmbedding', inputs, { weight: [rows, width] })
  expectShapes('DlEmbedding', inputs, { ids: ids.shape }, 'int32')
  checkIds(backend.integersAtHand(ids), rows)
  const out = backend.output([...ids.shape, width])
  launch(backend, {
    key: 'embedding',
    buffers: { weight, ids, out: { tensor: out, writes: true } },
    sizes: { width },
    code: 'fn main(at: u32) { out[at] = weight[u32(ids[at / sizes.width]) * sizes.width + at % sizes.width]; }',
    count: sizeOf(out),
  })
  return out
}

/** A position's place: how many ids are smaller, or equal and before it. */
const PLACES = `
  fn main(at: u32) {
    let id = ids[at];
    var place = 0u;
    for (var i = 0u; i < sizes.count; i++) {
      place += select(0u, 1u, ids[i] < id || (ids[i] == id && i < at));
    }
    order[place] = i32(at);
  }
`

const SUMS = `
  fn main(at: u32) {
    let column = at % sizes.width;
    let first = at / sizes.width;
    let id = ids[order[first]];
    if (first > 0u && ids[order[first - 1u]] == id) { return; }
    var total = 0.;
    for (var i = first; i < sizes.ids && ids[order[i]] == id; i++) {
      total += dy[u32(order[i]) * sizes.width + column];
    }
    out[u32(id) * sizes.width + column] = total;
  }
`

function embeddingGrad({ backend, inputs, attrs }: KernelCall): TensorInfo {
  const { ids, dy } = inputs as { ids: TensorInfo; dy: TensorInfo }
  const rows = attrs.rows as number
  const width = dy.shape.at(-1) ?? 0
  expectShapes('DlEmbeddingGrad', inputs, { ids: ids.shape }, 'int32')
  expectShapes('DlEmbeddingGrad', inputs, { dy: [...ids.shape, width] })
  const atHand = backend.integersAtHand(ids)
  checkIds(atHand, rows)
  const count = sizeOf(ids)
  const out = backend.output([rows, width])
  copyFloats(backend, null, { tensor: out }, rows * width)
  if (count === 0) return out
  const order = backend.makeTensorInfo([count], 'int32', atHand ? sorted(atHand) : undefined)
  if (!atHand) {
    const buffers = { ids, order: { tensor: order, writes: true } }
    launch(backend, { key: 'embeddingPlaces', buffers, code: PLACES, count })
  }
  launch(backend, {
    key: 'embeddingSums',
    buffers: { ids, order, dy, out: { tensor: out, writes: true } },
    sizes: { width, ids: count },
    code: SUMS,
    count: count * width,
  })
  backend.disposeData(order.dataId)
  return out
}

/** Positions by id, those of one id as they come. */
const sorted = (ids: Int32Array): Int32Array =>
  Int32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]! || a - b)

export const embeddingKernels: Kernel[] = [
  { name: 'DlEmbedding', run: embedding },
  { name: 'DlEmbeddingGrad', run: embeddingGrad },
]
