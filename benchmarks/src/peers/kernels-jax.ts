/** Operations of jax-js on WebAssembly. */
import { readFileSync } from 'node:fs'
import { defaultDevice, init, type Array as JaxArray, jit, numpy as np } from '@jax-js/jax'
import type { Task } from '../harness/protocol'
import { serve } from './_serve'
import { type Operation, timed } from './_timed'

await init('wasm')
defaultDevice('wasm')

const values = (shape: number[]): JaxArray => {
  const length = shape.reduce((a, b) => a * b, 1)
  const array = Float32Array.from({ length }, (_, i) => ((i * 0.6180339887) % 2) - 1)
  return np.array(array).reshape(shape)
}

/** Calls of a compiled function use up their arguments, hence a new reference for each. */
function compiled(f: (a: JaxArray, b: JaxArray) => JaxArray, a: JaxArray, b: JaxArray): Operation {
  const g = jit(f)
  return {
    async run() {
      const result = g(a.ref, b.ref)
      await result.blockUntilReady()
      result.dispose()
    },
    dispose() {
      a.dispose()
      b.dispose()
    },
  }
}

function prepare(task: Task): Operation {
  const { op, batch, m, k, n, length } = task as unknown as Record<string, number>
  if ((op as unknown) === 'elementwise' && task.kind === 'add') {
    return compiled((a, b) => np.add(a, b), values([length!]), values([length!]))
  }
  if ((op as unknown) !== 'matMul') throw new Error(`it is not asked for ${task.op}`)
  const outer = batch! > 1 ? [batch!] : []
  const { transposeA, transposeB } = task
  const flipped = (x: JaxArray, flip: unknown) => (flip ? np.matrixTranspose(x) : x)
  return compiled(
    (a, b) => np.matmul(flipped(a, transposeA), flipped(b, transposeB)),
    values([...outer, ...(transposeA ? [k!, m!] : [m!, k!])]),
    values([...outer, ...(transposeB ? [n!, k!] : [k!, n!])]),
  )
}

const manifest = new URL('../package.json', import.meta.resolve('@jax-js/jax'))
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
await serve({ threads: 1, versions: { 'jax-js': version } }, timed(prepare))
