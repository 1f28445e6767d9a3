/** Pooling, batch norm, an LSTM over a sequence, and what memory gives. */
import type { Case, PeerName } from './case'

const FLOAT = 4

function pooling(n: number): Case[] {
  const pools = [
    { kind: 'max', size: 112, c: 64, filter: 3, stride: 2, pad: 1 },
    { kind: 'avg', size: 56, c: 64, filter: 2, stride: 2, pad: 0 },
  ]
  const passes = ['forward', 'gradient']
  return pools.flatMap(pool =>
    passes.map(pass => ({
      name: `${pool.kind} pool ${n}×${pool.size}²×${pool.c} ${pool.filter}×${pool.filter}, ${pass}`,
      task: { op: 'pool', pass, n, ...pool },
      peers: ['torch', 'tfjs-wasm'] as PeerName[],
    })),
  )
}

const SHOWN: Record<string, string> = { forward: 'forward', both: 'forward and backward' }

const batchNorms = (n: number): Case[] =>
  ['forward', 'both'].map(pass => ({
    name: `batch norm ${n}×28²×32, ${SHOWN[pass]}`,
    task: { op: 'batchNorm', pass, n, size: 28, c: 32 },
    peers: ['torch'],
  }))

/** The second layer of the lesson's model; a step is two products of h with 4·h columns. */
const lstms = (time: number): Case[] =>
  ['forward', 'both'].map(pass => {
    const [bs, hidden] = [64, 512]
    return {
      name: `LSTM ${time}×${bs}×${hidden}→${hidden}, ${SHOWN[pass]}`,
      task: { op: 'lstm', pass, time, bs, width: hidden, hidden },
      flops: (pass === 'forward' ? 1 : 3) * 2 * time * bs * 2 * hidden * 4 * hidden,
      peers: ['torch'],
    }
  })

const elementwise = (length: number): Case[] =>
  [
    { kind: 'add', arrays: 3, peers: ['torch', 'tfjs-wasm', 'jax-js'] as PeerName[] },
    { kind: 'relu', arrays: 2, peers: ['torch', 'tfjs-wasm'] as PeerName[] },
    { kind: 'exp', arrays: 2, peers: ['torch', 'tfjs-wasm'] as PeerName[] },
  ].map(({ kind, arrays, peers }) => ({
    name: `${kind} ${length / 2 ** 20} Mi floats`,
    task: { op: 'elementwise', kind, length },
    bytes: arrays * length * FLOAT,
    peers,
  }))

export const others = (quick: boolean): Case[] => [
  ...lstms(8),
  ...(quick ? [] : lstms(70)),
  ...batchNorms(quick ? 64 : 256),
  ...pooling(quick ? 2 : 16),
  ...elementwise(2 ** (quick ? 22 : 24)),
]
