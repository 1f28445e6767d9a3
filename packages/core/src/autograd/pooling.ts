/**
 * Gradients of pooling. tfjs forgets how sizes were rounded, and shares the gradient of a mean as if
 * the padding had counted, which in the mean itself it does not.
 */
import {
  type AvgPoolAttrs,
  addN,
  backend_util,
  equal,
  type GradConfig,
  logicalAnd,
  logicalNot,
  mul,
  reshape,
  slice,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
  tensor,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { pick, spread } from './arranging'
import { rule, run } from './rule'

const largest = (kernelName: string, gradient: string): GradConfig =>
  rule(kernelName, {
    saves: ['x'],
    outputs: [true],
    grads: (dy, [input, output], attrs: object) => ({
      // of several outputs the first is the pooled one
      x: () => run(gradient, { dy: [dy].flat()[0], input, output }, attrs),
    }),
  })

const mean = (
  kernelName: string,
  spansOf: (x: Tensor, attrs: AvgPoolAttrs, counts: number[]) => Span[],
): GradConfig =>
  rule<AvgPoolAttrs>(kernelName, {
    saves: ['x'],
    grads: (dy, [x], attrs) => ({
      x() {
        const spans = spansOf(x!, attrs, dy.shape.slice(1, -1))
        const filterSize = spans.map(({ window }) => window)
        const unpadded = { filterSize, strides: attrs.strides, pad: 'valid' }
        if (spans.every(({ size, padded }) => padded === size)) {
          return run(`${kernelName}Grad`, { dy, input: x }, unpadded)
        }
        // from means of whole windows to means of what was inside
        const scales = spans.reduce(
          (all, { inside, window }) => all.flatMap(s => inside.map(n => (s * window) / n)),
          [1],
        )
        const scale = tensor(scales, [1, ...dy.shape.slice(1, -1), 1])
        const ends = (between: number[]) => [x!.shape[0]!, ...between, x!.shape.at(-1)!]
        const input = zeros(ends(spans.map(({ padded }) => padded)))
        const dx = run(`${kernelName}Grad`, { dy: mul(dy, scale), input }, unpadded)
        return slice(dx, [0, ...spans.map(({ before }) => before), 0], x!.shape)
      },
    }),
  })

/**
 * Of each window to the first of its largest, place by place of the window. tfjs's kernels mistake the
 * places where windows are not as high as they are wide, and take the last.
 */
const largestOfVolumes = rule<AvgPoolAttrs>('MaxPool3D', {
  saves: ['x'],
  outputs: [true],
  grads: (dy, [x, y], attrs) => ({
    x() {
      const counts = dy.shape.slice(1, -1)
      const spans = ofVolumes(x!, attrs, counts)
      const lowest = -Infinity
      const padded = spans.reduce(
        (wide, { before, padded }, i) => spread(wide, i + 1, before, padded, 1, lowest),
        x!,
      )
      const [d, h, w] = spans.map(({ window }) => Array.from({ length: window }, (_, i) => i))
      const places = d!.flatMap(i => h!.flatMap(j => w!.map(k => [i, j, k])))
      // WebGL compares four dimensions at most, so they are laid out as one
      const [flat, all] = [reshape(dy, [-1]), reshape(y!, [-1])]
      let open: Tensor = equal(flat, flat)
      const flows = places.map(place => {
        const seen = spans.reduce(
          (part, { stride }, i) => pick(part, i + 1, place[i]!, counts[i]!, stride),
          padded,
        )
        const hit = logicalAnd(equal(reshape(seen, [-1]), all), open)
        open = logicalAnd(open, logicalNot(hit))
        return spans.reduce(
          (dx, { padded, stride }, i) => spread(dx, i + 1, place[i]!, padded, stride),
          reshape(where(hit, flat, zerosLike(flat)), dy.shape),
        )
      })
      return slice(addN(flows), [0, ...spans.map(({ before }) => before), 0], x!.shape)
    },
  }),
})

interface Span {
  size: number
  /** With its padding. */
  padded: number
  before: number
  window: number
  stride: number
  /** How many pixels each window has inside the image. */
  inside: number[]
}

function span(size: number, window: number, stride: number, pad: number, count: number): Span {
  // in volumes tfjs has negative padding where windows are smaller than the stride
  const before = Math.max(0, pad)
  const inside = Array.from({ length: count }, (_, i) => {
    const start = i * stride - before
    return Math.min(size, start + window) - Math.max(0, start)
  })
  const padded = Math.max(before + size, (count - 1) * stride + window)
  return { size, padded, before, window, stride, inside }
}

const ofImages = (
  x: Tensor,
  { filterSize, strides, pad, dimRoundingMode }: AvgPoolAttrs,
  [rows, columns]: number[],
): Span[] => {
  const of = backend_util.computePool2DInfo(
    ...([(x as Tensor4D).shape, filterSize, strides, 1, pad, dimRoundingMode] as const),
  )
  return [
    span(of.inHeight, of.filterHeight, of.strideHeight, of.padInfo.top, rows!),
    span(of.inWidth, of.filterWidth, of.strideWidth, of.padInfo.left, columns!),
  ]
}

const ofVolumes = (
  x: Tensor,
  { filterSize, strides, pad, dimRoundingMode }: AvgPoolAttrs,
  [slices, rows, columns]: number[],
): Span[] => {
  const of = backend_util.computePool3DInfo(
    (x as Tensor5D).shape,
    ...([filterSize, strides, 1, pad, dimRoundingMode] as never as [
      number,
      number,
      number,
      'same',
    ]),
  )
  return [
    span(of.inDepth, of.filterDepth, of.strideDepth, of.padInfo.front, slices!),
    span(of.inHeight, of.filterHeight, of.strideHeight, of.padInfo.top, rows!),
    span(of.inWidth, of.filterWidth, of.strideWidth, of.padInfo.left, columns!),
  ]
}

export const pooling: GradConfig[] = [
  largest('MaxPool', 'MaxPoolGrad'),
  largest('MaxPoolWithArgmax', 'MaxPoolGrad'),
  largestOfVolumes,
  mean('AvgPool', ofImages),
  mean('AvgPool3D', ofVolumes),
]
