/** How a program finds an element of a tensor in its texture. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { upload } from './texture'

export interface Layout {
  name: string
  texture: WebGLTexture
  /** GLSL functions `name(i)` and `name(row, column)`. */
  declaration: string
  /** Uniforms of these functions. */
  sizes: Record<string, number>
}

/** A tensor of `quads`, read as vec4 of a matrix with this many columns. */
export interface Quads extends TensorInfo {
  columns: number
}

export function layoutOf(backend: MathBackendWebGL, name: string, info: TensorInfo): Layout {
  upload(backend, info.dataId, info.shape)
  const { texture, texShape, isPacked, shape, slice } = backend.texData.get(info.dataId)
  const [, width] = texShape!
  const base = { name, texture: texture!.texture }
  const sampler = `uniform sampler2D ${name}_texture;`
  if ('columns' in info) {
    const { columns } = info as Quads
    const texels = width / 2
    if (texels === columns) {
      return { ...base, declaration: `${sampler}\n${direct('vec4', name, '')}`, sizes: {} }
    }
    return {
      ...base,
      declaration: `${sampler}\nuniform int ${name}_width, ${name}_columns;\n${flat('vec4', name, '', 'i')}`,
      sizes: { [`${name}_width`]: texels, [`${name}_columns`]: columns },
    }
  }
  const columns = info.shape.at(-1) ?? 1
  if (isPacked) {
    const [rows, packedColumns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1]
    const across = Math.ceil(packedColumns / 2)
    const texels = Math.ceil(width / 2)
    const isMatrix = shape.slice(0, -2).every(size => size === 1)
    if (isMatrix && packedColumns === columns && texels === across) {
      return {
        ...base,
        declaration: `${sampler}\nuniform int ${name}_columns;\n${packedMatrix(name)}`,
        sizes: { [`${name}_columns`]: columns },
      }
    }
    return {
      ...base,
      declaration: `${sampler}\nuniform int ${name}_width, ${name}_columns, ${name}_high, ${name}_wide;\n${packed(name)}`,
      sizes: {
        [`${name}_width`]: texels,
        [`${name}_columns`]: columns,
        [`${name}_high`]: rows,
        [`${name}_wide`]: packedColumns,
      },
    }
  }
  const offset = slice?.flatOffset ?? 0
  if (offset === 0 && width === columns) {
    return {
      ...base,
      declaration: `${sampler}\nuniform int ${name}_columns;\n${direct('float', name, '.r')}
float ${name}(int i) { int row = i / ${name}_columns; return ${name}(row, i - row * ${name}_columns); }`,
      sizes: { [`${name}_columns`]: columns },
    }
  }
  return {
    ...base,
    declaration: `${sampler}\nuniform int ${name}_width, ${name}_columns, ${name}_offset;\n${flat('float', name, '.r', `i + ${name}_offset`)}`,
    sizes: {
      [`${name}_width`]: width,
      [`${name}_columns`]: columns,
      [`${name}_offset`]: offset,
    },
  }
}

/** A texture with just the matrix's sides. */
const direct = (type: string, name: string, channel: string): string => `
${type} ${name}(int row, int column) {
  return texelFetch(${name}_texture, ivec2(column, row), 0)${channel};
}`

/** One element after the other. */
const flat = (type: string, name: string, channel: string, place: string): string => `
${type} ${name}(int i) {
  int place = ${place};
  int row = place / ${name}_width;
  return texelFetch(${name}_texture, ivec2(place - row * ${name}_width, row), 0)${channel};
}
${type} ${name}(int row, int column) { return ${name}(row * ${name}_columns + column); }`

/** Blocks of 2 × 2. */
const packedMatrix = (name: string): string => `
float pick(vec4 block, int row, int column);
float ${name}(int row, int column) {
  return pick(texelFetch(${name}_texture, ivec2(column >> 1, row >> 1), 0), row, column);
}
float ${name}(int i) { int row = i / ${name}_columns; return ${name}(row, i - row * ${name}_columns); }`

/** Blocks of many matrices, or of another shape than the tensor's. */
const packed = (name: string): string => `
float pick(vec4 block, int row, int column);
float ${name}(int i) {
  int all = i / ${name}_wide;
  int column = i - all * ${name}_wide;
  int matrix = all / ${name}_high;
  int row = all - matrix * ${name}_high;
  int block = (matrix * ((${name}_high + 1) >> 1) + (row >> 1)) * ((${name}_wide + 1) >> 1) + (column >> 1);
  int line = block / ${name}_width;
  return pick(texelFetch(${name}_texture, ivec2(block - line * ${name}_width, line), 0), row, column);
}
float ${name}(int row, int column) { return ${name}(row * ${name}_columns + column); }`
