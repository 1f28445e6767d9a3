/** The convolutions of the lesson's Resnet2 (32×32 images) and of ResNet-34 (224×224). */
import type { Case } from './case'
import { product } from './matmul'

interface Layer {
  net: 'Resnet2' | 'ResNet-34'
  /** Height and width of the input. */
  size: number
  /** Channels in and out. */
  c: number
  o: number
  filter: number
  stride: number
  pad: number
}

const layer = (
  net: Layer['net'],
  [size, c, o, filter, stride, pad]: [number, number, number, number, number, number],
): Layer => ({ net, size, c, o, filter, stride, pad })

const LESSON = (
  [
    [32, 3, 16, 7, 1, 1],
    [28, 16, 32, 3, 2, 1],
    [14, 32, 32, 3, 1, 1],
    [14, 32, 64, 3, 2, 1],
    [7, 64, 64, 3, 1, 1],
    [7, 64, 128, 3, 2, 1],
    [4, 128, 128, 3, 1, 1],
    [4, 128, 256, 3, 2, 1],
    [2, 256, 256, 3, 1, 1],
  ] as const
).map(sizes => layer('Resnet2', [...sizes]))

const RESNET34 = (
  [
    [224, 3, 64, 7, 2, 3],
    [56, 64, 64, 3, 1, 1],
    [56, 64, 128, 3, 2, 1],
    [56, 64, 128, 1, 2, 0],
    [28, 128, 128, 3, 1, 1],
    [28, 128, 256, 3, 2, 1],
    [14, 256, 256, 3, 1, 1],
    [14, 256, 512, 3, 2, 1],
    [7, 512, 512, 3, 1, 1],
  ] as const
).map(sizes => layer('ResNet-34', [...sizes]))

const QUICK = [LESSON[2]!, LESSON[4]!, RESNET34[1]!]

const BATCH = { Resnet2: 256, 'ResNet-34': 8 }
const QUICK_BATCH = { Resnet2: 64, 'ResNet-34': 1 }

/** Forward, and the gradients of input and filter. */
const PASSES = { forward: 'forward', input: 'dX', filter: 'dW' }

/** Each pass with the square product of as many operations. */
function casesOf({ net, ...sizes }: Layer, n: number): Case[] {
  const { size, c, o, filter, stride, pad } = sizes
  const out = Math.floor((size + 2 * pad - filter) / stride) + 1
  const flops = 2 * n * out * out * o * filter * filter * c
  const edge = Math.round(Math.cbrt(flops / 2))
  const strided = stride > 1 ? ` /${stride}` : ''
  return Object.entries(PASSES)
    .filter(([pass]) => pass !== 'input' || c > 3)
    .map(([pass, shown]) => ({
      name: `conv ${net} ${n}×${size}²×${c}→${o} ${filter}×${filter}${strided} ${shown}`,
      task: { op: 'conv', pass, n, ...sizes },
      flops,
      peers: ['torch', 'tfjs-wasm'],
      measures: { matMul: product({ m: edge, k: edge, n: edge }) },
    }))
}

export const convolutions = (quick: boolean): Case[] =>
  (quick ? QUICK : [...LESSON, ...RESNET34]).flatMap(one =>
    casesOf(one, (quick ? QUICK_BATCH : BATCH)[one.net]),
  )

/** Which of them P4 speaks of. */
export const isThreeByThree = ({ task }: Case): boolean => task.op === 'conv' && task.filter === 3
