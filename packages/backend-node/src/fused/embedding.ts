/** Rows of a table by id (contract: @dl/core's `embedding`). */
import { DlError } from '@dl/core'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Call, FLOAT, INT } from '../call'

export function embedding(call: Call): TensorInfo {
  checkIds(call, call.shape('weight')[0]!)
  const settings = { Tparams: FLOAT, Tindices: INT, Taxis: INT, batch_dims: 0 }
  const rows = [call.input('weight'), call.input('ids'), call.int(0)]
  return call.output(call.run('GatherV2', settings, ...rows))
}

export function embeddingGrad(call: Call): TensorInfo {
  const { rows } = call.attrs
  checkIds(call, rows)
  const settings = { T: FLOAT, Tindices: INT, Tnumsegments: INT }
  const inputs = [call.input('dy'), call.input('ids'), call.int(rows)]
  return call.output(call.run('UnsortedSegmentSum', settings, ...inputs))
}

/** On the processor, where looking at them costs nothing; a GPU would wait for it. */
function checkIds(call: Call, rows: number): void {
  const values = call.valuesAtHand('ids')
  const bad = values?.findIndex(id => !(id >= 0 && id < rows)) ?? -1
  if (bad < 0) return
  throw new DlError('bad-id', {
    problem: `id ${values![bad]} at position ${bad} is no row of the table`,
    expected: `ids from 0 to ${rows - 1}`,
    fix: 'Check that the vocabulary and the embedding have the same size.',
  })
}
