import type { Generator } from '@dl/core'

/**
 * A number from Beta(`alpha`, `alpha`): X / (X + Y) of two gamma numbers, taken by their logarithms,
 * since for a small alpha both are often too small for floating point.
 */
export function symmetricBeta(random: Generator, alpha: number): number {
  const [x, y] = [logGamma(random, alpha), logGamma(random, alpha)]
  return 1 / (1 + Math.exp(y - x))
}

/** The logarithm of a number from Gamma(shape, 1) (Marsaglia and Tsang, 2000). */
function logGamma(random: Generator, shape: number): number {
  const logUniform = () => Math.log(1 - random.next())
  if (shape < 1) return logGamma(random, shape + 1) + logUniform() / shape
  const d = shape - 1 / 3
  for (;;) {
    const x = random.normal(1)[0]!
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v <= 0) continue
    if (logUniform() < x ** 2 / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
