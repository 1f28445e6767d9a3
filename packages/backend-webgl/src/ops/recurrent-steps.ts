/** What both directions of a recurrent layer share: its weights, and textures for its steps. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { getKernel, Slice, type TensorInfo } from '@tensorflow/tfjs-core'
import { draw, launch } from '../gpu/launch'
import type { Quads } from '../gpu/layout'
import { largestSide, quads, textureFor } from '../gpu/texture'
import type { Cell } from './recurrent-cells'

export type Inputs = Record<string, TensorInfo>

export interface Sizes {
  time: number
  batch: number
  inputs: number
  hidden: number
}

export const sizesOf = ({ x, h0 }: Inputs): Sizes => {
  const [time, batch, inputs] = x!.shape as [number, number, number]
  return { time, batch, inputs, hidden: h0!.shape[1]! }
}

/** The numbers of the gates beside each other: a row for each input, then one for each hidden unit. */
export function joinWeights(
  backend: MathBackendWebGL,
  { wIh, wHh }: Inputs,
  { gates }: Cell,
  { inputs, hidden }: Sizes,
): Quads {
  const joined = { ...quads(backend, inputs + hidden, hidden), columns: hidden }
  const lanes = (w: string, row: string) =>
    Array.from({ length: 4 }, (_, g) =>
      g < gates ? `${w}(${row}, ${g} * hidden + j)` : '0.',
    ).join(', ')
  drawQuads(
    backend,
    { joined },
    {
      code: `
      void compute(int at) {
        int row = at / hidden, j = at - row * hidden;
        joined = row < inputs ? vec4(${lanes('wIh', 'row')}) : vec4(${lanes('wHh', 'row - inputs')});
      }
    `,
      inputs: { wIh: wIh!, wHh: wHh! },
      ints: { inputs, hidden },
    },
  )
  return joined
}

/** Fills textures of `quads`. */
export function drawQuads(
  backend: MathBackendWebGL,
  targets: Record<string, TensorInfo>,
  run: Parameters<typeof draw>[3],
): void {
  const [rows, columns] = Object.values(targets)[0]!.shape as [number, number]
  draw(backend, targets, { row: 0, column: 0, rows: rows / 2, columns: columns / 2 }, run)
}

/** A number, or four, for each place of [batch, hidden] at each second step. */
export class Steps {
  readonly #across: number

  constructor(
    readonly backend: MathBackendWebGL,
    readonly sizes: Sizes,
    readonly odd: boolean,
  ) {
    const high = Math.max(1, Math.floor(largestSide() / sizes.batch))
    this.#across = Math.ceil(this.count / high)
  }

  get count(): number {
    return Math.max(1, Math.ceil((this.sizes.time - (this.odd ? 1 : 0)) / 2))
  }

  /** The texture's rows and columns. */
  get #grid(): [number, number] {
    const { batch, hidden } = this.sizes
    return [Math.ceil(this.count / this.#across) * batch, this.#across * hidden]
  }

  numbers(): TensorInfo {
    const grid = this.#grid
    const info = this.backend.makeTensorInfo(grid, 'float32')
    textureFor(this.backend, info.dataId, grid)
    return info
  }

  quads(): Quads {
    const [rows, columns] = this.#grid
    const info = this.backend.makeTensorInfo([2 * rows, 2 * columns], 'float32')
    textureFor(this.backend, info.dataId, [2 * rows, 2 * columns], true)
    return { ...info, columns }
  }

  region(t: number) {
    const { batch, hidden } = this.sizes
    const place = t >> 1
    return {
      row: Math.floor(place / this.#across) * batch,
      column: (place % this.#across) * hidden,
      rows: batch,
      columns: hidden,
    }
  }

  /** GLSL that finds row and column of a place at step t, from the textures of even and odd steps. */
  static reading(type: string, name: string): string {
    return `
      ${type} ${name}(int t, int b, int j) {
        bool odd = (t & 1) == 1;
        int across = odd ? oddAcross : evenAcross;
        int place = t >> 1, line = place / across;
        int row = line * batch + b, column = (place - line * across) * hidden + j;
        return odd ? ${name}Odd(row, column) : ${name}Even(row, column);
      }
    `
  }

  get across(): number {
    return this.#across
  }
}

export function bothSteps(backend: MathBackendWebGL, sizes: Sizes): [even: Steps, odd: Steps] {
  return [new Steps(backend, sizes, false), new Steps(backend, sizes, true)]
}

/** The last of [time, batch, hidden]: the same texture, read from further behind. */
export function lastOf(backend: MathBackendWebGL, x: TensorInfo): TensorInfo {
  const [time, batch, hidden] = x.shape as [number, number, number]
  return part(backend, x, [time - 1, 0, 0], [1, batch, hidden], [batch, hidden])
}

/** A part that lies in one piece. */
export function part(
  backend: MathBackendWebGL,
  x: TensorInfo,
  begin: number[],
  size: number[],
  shape: number[],
): TensorInfo {
  const slice = getKernel(Slice, 'webgl').kernelFunc
  const info = slice({ inputs: { x }, backend, attrs: { begin, size } }) as TensorInfo
  backend.texData.get(info.dataId).shape = shape
  return { ...info, shape }
}

export const zeros = (backend: MathBackendWebGL, shape: number[]): TensorInfo =>
  launch(
    backend,
    { zero: { shape } },
    { code: 'void compute(int at) { zero = 0.; }', inputs: {} },
  )[0]!
