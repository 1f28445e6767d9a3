/** Operations that tfjs has not: the fused ones, and what the processor can do at best. */
import { batchNorm, lstm, valueAndGrads } from '@dl/core'
import { backend, sum, type Tensor } from '@tensorflow/tfjs-core'
import type { Task } from '../harness/protocol'
import { type Maker, values } from './_tfjs-operations'

/** Of `f`, or of `f` and the gradients of its sum, as the task says. */
const passOf = ({ pass }: Task, f: () => Tensor, xs: Tensor[]): (() => unknown) =>
  pass === 'forward' ? f : () => valueAndGrads(() => sum(f()), xs).dispose()

export const ourMakers: Record<string, Maker> = {
  batchNorm(task) {
    const { n, size, c } = task as unknown as Record<string, number>
    const x = values([n!, size!, size!, c!])
    const [gamma, beta] = [values([c!]), values([c!])]
    const inputs = [x, gamma, beta]
    return { inputs, compute: passOf(task, () => batchNorm(x, { gamma, beta }).output, inputs) }
  },

  lstm(task) {
    const { time, bs, width, hidden } = task as unknown as Record<string, number>
    const x = values([time!, bs!, width!])
    const [h0, c0] = [values([1, bs!, hidden!]), values([1, bs!, hidden!])]
    const [wIh, wHh] = [values([width!, 4 * hidden!]), values([hidden!, 4 * hidden!])]
    const [bIh, bHh] = [values([4 * hidden!]), values([4 * hidden!])]
    const forward = () => lstm(x, { h: h0, c: c0 }, [{ wIh, wHh, bIh, bHh }]).output
    const inputs = [x, wIh, wHh, bIh, bHh]
    return { inputs: [...inputs, h0, c0], compute: passOf(task, forward, inputs) }
  },

  roof,
}

/** What of @dl/backend-wasm's backend the roof needs; the package does not export it. */
interface Engine {
  kernels: { panelColumns(): number }
  linear: { allocate(bytes: number): { pointer: number } }
  pool: { threads: number; run(kernel: 'roof', units: number, grain: number, args: number[]): void }
}

/** Depth of the panels: 14 KB of them, 22 of native ones, for caches of 32 KB (38 of 48 with AVX-512). */
const DEPTH = 256

/** Units of 2·6·48·{@link DEPTH} operations, on one thread or all. */
function roof(task: Task): ReturnType<Maker> {
  const { linear, pool, kernels } = backend() as unknown as Engine
  const units = task.units as number
  const columns = kernels.panelColumns()
  // panels of A, six wide, and of B; a tile of C of at most twelve rows
  const bytes = 4 * (DEPTH * (6 + columns) + 12 * columns)
  const block = linear.allocate(bytes * pool.threads)
  // what is not worth cutting stays on the calling thread
  const grain = task.threads === 1 ? units : 64
  return {
    inputs: [],
    compute: () => pool.run('roof', units, grain, [DEPTH, block.pointer, bytes]),
  }
}
