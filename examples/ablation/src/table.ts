/** Means, spreads, and whether a difference is more than luck. */
import type { Outcome } from './study'

export interface Row {
  variant: string
  accuracy: Spread
  valLoss: Spread
  /** Mean accuracy less that of the first variant; null for the first itself. */
  difference: number | null
  /** How many standard errors that is. */
  errors: number | null
}

export interface Spread {
  mean: number
  /** Standard deviation over the seeds. */
  std: number
}

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
}

export function rowsOf(outcomes: readonly Outcome[]): Row[] {
  const base = spreadOf(outcomes[0]!.accuracies)
  return outcomes.map(({ variant, accuracies, losses }, i): Row => {
    const accuracy = spreadOf(accuracies)
    const difference = accuracy.mean - base.mean
    const error = Math.sqrt((accuracy.std ** 2 + base.std ** 2) / accuracies.length)
    return {
      variant,
      accuracy,
      valLoss: spreadOf(losses),
      difference: i === 0 ? null : difference,
      errors: i === 0 || error === 0 ? null : Math.abs(difference) / error,
    }
  })
}

/** Differences of fewer standard errors than this may well be luck. */
const CLEAR = 2

export function table(rows: readonly Row[]): string {
  const head = ['', 'accuracy', 'val_loss', 'difference', '']
  const cells = rows.map(({ variant, accuracy, valLoss, difference, errors }) => [
    variant,
    shown(accuracy),
    shown(valLoss),
    difference === null ? '' : `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`,
    errors === null ? '' : errors < CLEAR ? 'may be luck' : `${errors.toFixed(1)} standard errors`,
  ])
  const lines = [head, ...cells]
  const widths = head.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  return lines
    .map(line =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const shown = ({ mean, std }: Spread): string => `${mean.toFixed(3)} ± ${std.toFixed(3)}`
