/** Probabilities out of what a classifier puts out, whatever its head ends in. */

/** Numbers that add up to 1 within this are probabilities already. */
const ROUNDING = 1e-4

/**
 * @param outputs of one item: logits, log-probabilities or, of one label, probabilities
 * @param isMulti whether each class is likely or not by itself; outputs are logits then
 */
export function probabilitiesOf(outputs: ArrayLike<number>, isMulti: boolean): number[] {
  const values = Array.from(outputs)
  if (isMulti) return values.map(value => 1 / (1 + Math.exp(-value)))
  const total = values.reduce((sum, value) => sum + value, 0)
  if (values.every(value => value >= 0) && Math.abs(total - 1) < ROUNDING) return values
  const most = Math.max(...values)
  const parts = values.map(value => Math.exp(value - most))
  const sum = parts.reduce((a, b) => a + b, 0)
  return parts.map(part => part / sum)
}
