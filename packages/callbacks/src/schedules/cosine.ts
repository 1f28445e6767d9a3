import { checkNumber } from '../checks'

/**
 * Half a cosine from one value to another, as a function of position 0 … 1.
 *
 * @example
 * ```ts
 * import { cosine } from '@dl/callbacks'
 *
 * const lr = cosine(1, 0)
 * lr(0) // → 1
 * lr(0.5).toFixed(3) // → 0.500
 * lr(1) // → 0
 * ```
 */
export function cosine(from: number, to: number): (position: number) => number {
  for (const [name, value] of Object.entries({ from, to })) check(name, value)
  return position => {
    check('position', position)
    return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * position))
  }
}

const check = (name: string, value: unknown): void =>
  checkNumber('cosine', name, value, 'a finite number', () => true)
