/** What the figures are held against. */

export interface Target {
  key: string
  what: string
  goal: number
  better: 'higher' | 'lower'
}

/** Values by key; null where a peer was not found. */
export type Values = Record<string, number | null>

const higher = (key: string, goal: number, what: string): Target => ({
  key,
  what,
  goal,
  better: 'higher',
})
const lower = (key: string, goal: number, what: string): Target => ({
  key,
  what,
  goal,
  better: 'lower',
})

export const TARGETS: readonly Target[] = [
  higher('P1', 0.7, 'matMul 1024³ against the roof, all threads'),
  higher('P2_tfjs', 2.2, 'matMul 1024³ against tfjs-wasm'),
  higher('P2_jax', 1.7, 'matMul 1024³ against jax-js'),
  higher('P3', 0.9, 'the slowest transposed product against the plain one'),
  higher('P4', 0.6, 'the slowest 3×3 convolution against a square product of equal FLOPs'),
  higher('P5', 1, 'step LSTM 2×512, the slower of bptt 8 and 70, native, against PyTorch'),
  higher('P5_wasm', 0.7, 'step LSTM 2×512, bptt 8, WebAssembly, against PyTorch'),
  higher('P6', 0.8, 'step RNN and GRU 256, the slower, native, against PyTorch'),
  higher('P6_wasm', 0.5, 'the same on WebAssembly'),
  higher('P7', 0.9, 'step Resnet2 bs 256, native, against PyTorch'),
  higher('P7_wasm', 0.33, 'the same on WebAssembly'),
  higher('P8', 50, 'the slowest of these steps for an item, against tfjs-layers'),
  higher('P9', 0.7, 'step LSTM 2×512, bptt 8, backend-node against PyTorch'),
  higher('P9_images', 0.35, 'step Resnet2 bs 256, backend-node against PyTorch'),
  higher('P12', 5, 'augmented batches of 256 32×32 images against the Resnet2 step'),
  higher('P12_decode', 0.8, 'JPEGs of 500×375 decoded and shrunk to 224 pixels against Pillow'),
  lower('P13', 0.03, 'the largest share of fit() outside forward, backward and update'),
  lower('P14_webgl', 185, 'kilobytes of a page that trains a char LM on WebGL, gzip'),
  lower('P14_wasm', 260, 'the same on wasm'),
  lower('P14_ours', 35, 'our packages in it without the backend'),
  lower('P15', 2, 'the largest peak of memory against PyTorch'),
  lower('P15_tensors', 0, 'tensors that stay after a training step'),
  higher('P16', 0.8, 'matMul 1024³, native, against the native roof, all threads'),
  higher('P17', 1.6, 'step LSTM 2×512, bptt 8, native against WebAssembly (AVX-512: 2.3)'),
  lower('P18', 0.2, 'seconds from an empty folder to the first batch against PyTorch by pip'),
  lower('P18_size', 0.25, 'megabytes of that folder against PyTorch by pip'),
]

export function verdict(
  { goal, better }: Target,
  value: number | null,
): 'met' | 'missed' | 'not measured' {
  if (value === null) return 'not measured'
  return (better === 'higher' ? value >= goal : value <= goal) ? 'met' : 'missed'
}

/** All keys, so that programs find each: what a suite does not measure is null. */
export function completed(values: Values): Values {
  return Object.fromEntries(TARGETS.map(({ key }) => [key, values[key] ?? null]))
}
