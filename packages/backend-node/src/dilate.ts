/** Dilated filters, for operations of TensorFlow that know none: zeros between the taps. */
import { type Call, FLOAT, INT } from './call'
import type { Handle } from './tensorflow'

type Shape = [height: number, width: number, inputs: number, outputs: number]
type Pair = readonly [rows: number, columns: number]

export const dilatedShape = ([height, width, ...rest]: Shape, [rows, columns]: Pair): Shape => [
  (height - 1) * rows + 1,
  (width - 1) * columns + 1,
  ...rest,
]

/** The filter with its taps `dilations` apart. */
export function dilated(call: Call, filter: Handle, shape: Shape, dilations: Pair): Handle {
  const [rows, columns] = dilations
  if (rows === 1 && columns === 1) return filter
  const [height, width, inputs, outputs] = shape
  const taps = call.reshape(filter, [height, 1, width, 1, inputs * outputs])
  const after = call.matrix([
    [0, 0],
    [0, rows - 1],
    [0, 0],
    [0, columns - 1],
    [0, 0],
  ])
  const apart = call.run('Pad', { T: FLOAT, Tpaddings: INT }, taps, after)
  const whole = call.reshape(apart, [height * rows, width * columns, inputs, outputs])
  const size = call.ints(...dilatedShape(shape, dilations))
  return call.run('Slice', { T: FLOAT, Index: INT }, whole, call.ints(0, 0, 0, 0), size)
}

/** The taps alone again, of a gradient say. */
export function gathered(call: Call, filter: Handle, shape: Shape, dilations: Pair): Handle {
  const [rows, columns] = dilations
  if (rows === 1 && columns === 1) return filter
  const end = call.ints(...dilatedShape(shape, dilations))
  const strides = call.ints(rows, columns, 1, 1)
  return call.run(
    'StridedSlice',
    { T: FLOAT, Index: INT },
    filter,
    call.ints(0, 0, 0, 0),
    end,
    strides,
  )
}
