/** Losses of two parameters, which can be drawn. */
import type { Vector } from './rules'

export interface Surface {
  title: string
  axes: readonly [x: string, y: string]
  loss(at: Vector): number
  gradient(at: Vector): Vector
  start: Vector
  minimum: Vector
  /** What the picture shows: from and to, of each axis. */
  window: readonly [readonly [number, number], readonly [number, number]]
  steps: number
}

/** The lecture's spreadsheet: y = 2x + 30 for these x, and a line a·x + b that is to find it. */
const XS = [14, 86, 28, 51, 28, 29, 72, 62, 84, 15, 42, 62, 47, 35, 9, 38, 44, 99, 13, 21]
const [A, B] = [2, 30]
/** In hundreds, so that one learning rate can do for both parameters at all. */
const ROWS = XS.map(x => ({ x: x / 100, y: (A * x + B) / 100 }))
const average = (of: (row: { x: number; y: number }) => number) =>
  ROWS.reduce((total, row) => total + of(row), 0) / ROWS.length

/** An elongated bowl whose valley lies along neither axis. */
const [STEEP, FLAT, TILT] = [20, 0.5, Math.PI / 6]
const [COS, SIN] = [Math.cos(TILT), Math.sin(TILT)]

export const SURFACES = {
  line: {
    title: 'The line y = a·x + b, squared error',
    axes: ['a', 'b'],
    loss: ([a = 0, b = 0]) => average(({ x, y }) => (a * x + b - y) ** 2),
    gradient: ([a = 0, b = 0]) => [
      average(({ x, y }) => 2 * (a * x + b - y) * x),
      average(({ x, y }) => 2 * (a * x + b - y)),
    ],
    start: [1, 1],
    minimum: [A, B / 100],
    window: [
      [0.6, 2.6],
      [-0.2, 1.2],
    ],
    steps: 60,
  },
  bowl: {
    title: 'A tilted bowl, forty times as steep across as along',
    axes: ['x', 'y'],
    loss([x = 0, y = 0]) {
      const [along, across] = [COS * x + SIN * y, COS * y - SIN * x]
      return (FLAT * along ** 2 + STEEP * across ** 2) / 2
    },
    gradient([x = 0, y = 0]) {
      const [along, across] = [FLAT * (COS * x + SIN * y), STEEP * (COS * y - SIN * x)]
      return [COS * along - SIN * across, SIN * along + COS * across]
    },
    start: [-3.2, -0.6],
    minimum: [0, 0],
    window: [
      [-4, 1.6],
      [-2.6, 1.4],
    ],
    steps: 60,
  },
  rosenbrock: {
    title: "Rosenbrock's valley (1960)",
    axes: ['x', 'y'],
    loss: ([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: ([x = 0, y = 0]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
    start: [-1.2, 1],
    minimum: [1, 1],
    window: [
      [-1.8, 1.8],
      [-0.6, 2],
    ],
    steps: 500,
  },
} satisfies Record<string, Surface>

export type SurfaceName = keyof typeof SURFACES
