/** Matrix products as training has them. */
import type { Task } from '../harness/protocol'
import type { Case, PeerName } from './case'

/** Of a unit of the roof. A measurement is some 20 ms of them on one thread. */
const UNIT_FLOPS = 2 * 6 * 48 * 256
const UNITS = 8000

/** `threads` 0 is all of them. */
export const roof = (threads: 0 | 1): { task: Task; flops: number } => ({
  task: { op: 'roof', units: UNITS, threads },
  flops: UNITS * UNIT_FLOPS,
})

interface Product {
  m: number
  k: number
  n: number
  batch?: number
  transposeA?: boolean
  transposeB?: boolean
}

export function product(sizes: Product): { task: Task; flops: number } {
  const { m, k, n, batch = 1, transposeA = false, transposeB = false } = sizes
  return {
    task: { op: 'matMul', batch, m, k, n, transposeA, transposeB },
    flops: 2 * batch * m * k * n,
  }
}

const square = (m: number): Product => ({ m, k: m, n: m })

/** tfjs-cpu would need seconds for more. */
const MOST_FOR_LOOPS = 3e8

function caseOf(sizes: Product): Case {
  const { m, k, n, batch, transposeA, transposeB } = sizes
  const { task, flops } = product(sizes)
  const marks = `${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''}`
  const flipped = transposeA || transposeB
  const peers: PeerName[] = ['torch', 'tfjs-wasm', 'jax-js']
  if (flops <= MOST_FOR_LOOPS) peers.push('tfjs-cpu')
  return {
    name: `matMul ${batch ? `${batch} × ` : ''}${m}×${k}·${k}×${n}${marks}`,
    task,
    flops,
    peers,
    measures: {
      roof: roof(0),
      ...(flipped && { plain: product({ m, k, n, batch }) }),
    },
  }
}

const QUICK: Product[] = [
  square(1024),
  { ...square(1024), transposeA: true },
  { ...square(1024), transposeB: true },
  { m: 512, k: 256, n: 1024, transposeA: true },
  square(256),
]

const MORE: Product[] = [
  ...[64, 128, 512, 2048].map(square),
  // weight and input gradients of linear and recurrent layers
  { m: 512, k: 512, n: 2048, transposeA: true },
  { m: 536, k: 2048, n: 512, transposeB: true },
  // a step of an LSTM; tall; wide; attention
  { m: 64, k: 512, n: 2048 },
  { m: 16384, k: 256, n: 64 },
  { m: 64, k: 256, n: 16384 },
  { m: 128, k: 64, n: 128, batch: 64 },
  { m: 128, k: 64, n: 128, batch: 64, transposeB: true },
]

export const products = (quick: boolean): Case[] =>
  (quick ? QUICK : [...QUICK, ...MORE]).map(caseOf)

/** What the processor can do. */
export const roofs: Case[] = [
  { name: 'roof, 1 thread', ...roof(1), peers: [] },
  { name: 'roof, all threads', ...roof(0), peers: [] },
]
