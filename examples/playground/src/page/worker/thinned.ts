/** A tensor's values as few as a picture needs. */
import type { Values } from './protocol'

const ROWS = 48
const COLUMNS = 96

/** Rows are all axes but the last; every so many are left out where there are more than fit. */
export function thinned(name: string, shape: number[], data: Float32Array): Values {
  const width = shape.at(-1) ?? 1
  const height = Math.max(1, data.length / Math.max(1, width))
  const [rows, columns] = [Math.min(height, ROWS), Math.min(width, COLUMNS)]
  const cells = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const from = Math.floor((row * height) / rows) * width
    for (let column = 0; column < columns; column++) {
      cells[row * columns + column] = data[from + Math.floor((column * width) / columns)]!
    }
  }
  let [sum, squares] = [0, 0]
  for (const value of data) {
    sum += value
    squares += value * value
  }
  const mean = sum / data.length
  const deviation = Math.sqrt(Math.max(0, squares / data.length - mean * mean))
  return { ...{ name, shape, mean, deviation, rows, columns, cells } }
}
