/** Turning dimensions round, and padding with what lies inside: copies that go backwards. */
import { DlError } from '@dl/core'
import { util } from '@tensorflow/tfjs-core'
import { allWords, type Kernel, type KernelCall, type Outputs } from '../kernel'
import { stridesOf } from '../strides'
import { copy } from './layout'

function reverse(call: KernelCall): Outputs {
  const x = call.input('x')
  if (!allWords(x)) return call.fallback()
  const to = stridesOf(x.shape)
  // an axis named twice is turned twice
  const strides = util
    .parseAxisParam(call.attrs.dims, x.shape)
    .reduce((turned, axis) => turned.with(axis, -turned[axis]!), to)
  const start = strides.reduce(
    (sum, stride, axis) => (stride < 0 ? sum - (x.shape[axis]! - 1) * stride : sum),
    0,
  )
  const empty = util.sizeFromShape(x.shape) === 0
  const pointer = call.own(x) + (empty ? 0 : start * 4)
  const out = call.output(x.shape, x.dtype)
  const copied = copy(call, x.shape, { pointer, strides }, { pointer: call.own(out), strides: to })
  return copied ? out : call.fallback()
}

/** Puts x into the middle, then axis by axis, the last first, what is before and after it. */
function mirrorPad(call: KernelCall): Outputs {
  const x = call.input('x')
  if (!allWords(x)) return call.fallback()
  const { paddings, mode } = call.attrs as { paddings: [number, number][]; mode: string }
  call.expectSizes('paddings', paddings.flat(), 2 * x.shape.length)
  // whether the outermost elements are not repeated
  const skipped = mode === 'reflect' ? 1 : 0
  x.shape.forEach((size, axis) => {
    if (Math.max(...paddings[axis]!) > size - skipped) complain(call, axis, size - skipped)
  })
  const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1])
  const strides = stridesOf(shape)
  const from = call.own(x)
  const out = call.output(shape, x.dtype)
  const start = call.own(out)
  const place = (at: number[]) =>
    start + at.reduce((sum, i, axis) => sum + i * strides[axis]!, 0) * 4
  /** Where the part that is filled so far begins, and how large it is. */
  const begin = paddings.map(([before]) => before)
  const size = [...x.shape]
  const inside = { pointer: place(begin), strides }
  let fits = copy(call, x.shape, { pointer: from, strides: stridesOf(x.shape) }, inside)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [before, after] = paddings[axis]!
    const backwards = strides.with(axis, -strides[axis]!)
    const mirror = (count: number, first: number, target: number) => {
      const source = { pointer: place(begin.with(axis, first)), strides: backwards }
      const to = { pointer: place(begin.with(axis, target)), strides }
      return count === 0 || copy(call, size.with(axis, count), source, to)
    }
    const end = before + x.shape[axis]!
    fits &&= mirror(before, 2 * before - 1 + skipped, 0)
    fits &&= mirror(after, end - 1 - skipped, end)
    begin[axis] = 0
    size[axis] = shape[axis]!
  }
  return fits ? out : call.fallback()
}

function complain(call: KernelCall, axis: number, most: number): never {
  throw new DlError('bad-option', {
    problem: `MirrorPad got the paddings ${JSON.stringify(call.attrs.paddings)}, mode ${call.attrs.mode}`,
    expected: `at most ${most} in dimension ${axis}`,
  })
}

export const mirrorKernels: Kernel[] = [
  { name: 'Reverse', run: reverse },
  { name: 'MirrorPad', run: mirrorPad },
]
