/** Textures of tensors. */
import { type MathBackendWebGL, webgl_util } from '@tensorflow/tfjs-backend-webgl'
import { type DataId, env, type TensorInfo, util } from '@tensorflow/tfjs-core'

export type Grid = [rows: number, columns: number]

/** Rows and columns of the texture of an unpacked tensor: those of a matrix, where they fit. */
export const gridOf = (shape: number[]): Grid => webgl_util.getTextureShapeFromLogicalShape(shape)

export const largestSide = (): number => env().getNumber('WEBGL_MAX_TEXTURE_SIZE')

/** Takes a texture for a tensor that has none; its content is whatever was there. */
export function textureFor(
  backend: MathBackendWebGL,
  dataId: DataId,
  grid: Grid,
  packed = false,
): void {
  const data = backend.texData.get(dataId)
  data.texShape = grid
  data.isPacked = packed
  // for rendering to, as what programs write
  data.usage = 0
  backend.uploadToGPU(dataId)
}

/**
 * Four numbers for each place of a matrix, for programs of ours. As a tensor it is the matrix of twice
 * as many rows and columns that tfjs packs so.
 */
export function quads(backend: MathBackendWebGL, rows: number, columns: number): TensorInfo {
  const most = largestSide()
  const [height, width] =
    rows <= most && columns <= most ? [rows, columns] : util.sizeToSquarishShape(rows * columns)
  const info = backend.makeTensorInfo([2 * height, 2 * width], 'float32')
  textureFor(backend, info.dataId, [2 * height, 2 * width], true)
  return info
}

/** Uploads what is still on the host as it is; tfjs's way takes a program more. */
export function upload(backend: MathBackendWebGL, dataId: DataId, shape: number[]): void {
  const data = backend.texData.get(dataId)
  if (data.texture != null) return
  const values = data.values as Float32Array | Int32Array | Uint8Array
  // of nothing, too, a program that reads it has a texture
  const grid = gridOf(shape).map(side => Math.max(1, side)) as Grid
  const [rows, columns] = grid
  const floats = new Float32Array(rows * columns)
  floats.set(values)
  data.values = undefined
  textureFor(backend, dataId, grid)
  // ids and labels stay at hand: what is sorted by them is sorted on the host
  if (data.dtype === 'int32') data.values = values
  const gl = backend.getGPGPUContext().gl as WebGL2RenderingContext
  gl.bindTexture(gl.TEXTURE_2D, data.texture!.texture)
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, columns, rows, gl.RED, gl.FLOAT, floats)
  gl.bindTexture(gl.TEXTURE_2D, null)
}
