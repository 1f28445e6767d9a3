/**
 * Rows of a matrix by id. A program can only gather, so in the gradient each row looks for its places:
 * in a list sorted by id where the host still has the ids, else among all of them.
 */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'

export const embedding: KernelFunc = call => {
  const { weight, ids } = call.inputs as Record<'weight' | 'ids', TensorInfo>
  const [rows, width] = weight.shape as [number, number]
  return launch(
    call.backend as MathBackendWebGL,
    { y: { shape: [...ids.shape, width] } },
    {
      // as tfjs's: an id that is no row gives zeros
      code: `
        void compute(int at) {
          int place = at / width, id = int(ids(place));
          y = id >= 0 && id < rows ? weight(id, at - place * width) : 0.;
        }
      `,
      inputs: { weight, ids },
      ints: { width, rows },
    },
  )
}

export const embeddingGrad: KernelFunc = call => {
  const backend = call.backend as MathBackendWebGL
  const { ids, dy } = call.inputs as Record<'ids' | 'dy', TensorInfo>
  const { rows } = call.attrs as unknown as { rows: number }
  const width = dy.shape.at(-1)!
  const count = util.sizeFromShape(ids.shape)
  const outputs = { dw: { shape: [rows, width] } }
  const values = backend.texData.get(ids.dataId).values as Int32Array | undefined
  if (values == null || count === 0) {
    return launch(backend, outputs, {
      code: `
        void compute(int at) {
          int row = at / width, column = at - row * width;
          dw = 0.;
          for (int i = 0; i < count; i++) {
            if (int(ids(i)) == row) dw += dy(i, column);
          }
        }
      `,
      inputs: { ids, dy },
      ints: { count, width },
    })
  }
  const { starts, places } = byId(values, rows)
  const [first, order] = [starts, places].map(list =>
    backend.makeTensorInfo([list.length], 'int32', list),
  ) as [TensorInfo, TensorInfo]
  const made = launch(backend, outputs, {
    code: `
      void compute(int at) {
        int row = at / width, column = at - row * width, end = int(first(row + 1));
        dw = 0.;
        for (int i = int(first(row)); i < end; i++) dw += dy(int(order(i)), column);
      }
    `,
    inputs: { first, order, dy },
    ints: { width },
  })
  for (const info of [first, order]) backend.disposeIntermediateTensorInfo(info)
  return made
}

/** The places sorted by their ids, and where those of each id start. */
function byId(ids: Int32Array, rows: number): { starts: Int32Array; places: Int32Array } {
  const starts = new Int32Array(rows + 1)
  const isRow = (id: number) => id >= 0 && id < rows
  for (const id of ids) if (isRow(id)) starts[id + 1]!++
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!
  const places = new Int32Array(Math.max(1, ids.length))
  const next = starts.slice()
  ids.forEach((id, place) => {
    if (isRow(id)) places[next[id]!++] = place
  })
  return { starts, places }
}
