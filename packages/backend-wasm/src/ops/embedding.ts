/** Rows of a table by id (contract: @dl/core's `embedding`). */
import { DlError } from '@dl/core'
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Kernel, KernelCall } from '../kernel'
import { gatherRows, scatterAddRows } from './layout'

function checkIds(call: KernelCall, ids: number, count: number, rows: number): void {
  const bad = call.wasm.firstBadId(ids, count, rows, 0)
  if (bad < 0) return
  throw new DlError('bad-id', {
    problem: `id ${call.backend.linear.ints(ids, count)[bad]} at position ${bad} is no row of the table`,
    expected: `ids from 0 to ${rows - 1}`,
    fix: 'Check that the vocabulary and the embedding have the same size.',
  })
}

function embedding(call: KernelCall): TensorInfo {
  const ids = call.input('ids')
  const [rows = 0, width = 0] = call.input('weight').shape
  call.expectShape('weight', [rows, width])
  call.expectShape('ids', ids.shape, 'int32')
  const table = call.float(call.input('weight'))
  const at = call.int(ids)
  const out = call.output([...ids.shape, width])
  const count = util.sizeFromShape(ids.shape)
  checkIds(call, at, count, rows)
  gatherRows(call, table, at, call.float(out), count, width)
  return out
}

function embeddingGrad(call: KernelCall): TensorInfo {
  const ids = call.input('ids')
  const rows = call.attrs.rows as number
  const width = call.input('dy').shape.at(-1) ?? 0
  call.expectShape('ids', ids.shape, 'int32')
  call.expectShape('dy', [...ids.shape, width])
  const dy = call.float(call.input('dy'))
  const at = call.int(ids)
  const out = call.output([rows, width])
  const count = util.sizeFromShape(ids.shape)
  checkIds(call, at, count, rows)
  scatterAddRows(call, dy, at, call.float(out), count, rows, width)
  return out
}

export const embeddingKernels: Kernel[] = [
  { name: 'DlEmbedding', run: embedding },
  { name: 'DlEmbeddingGrad', run: embeddingGrad },
]
