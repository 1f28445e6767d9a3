/** fast.ai's head: from a body's pooled features to scores, with batch norm and dropout between. */
import { DlError, showValue } from '@dl/core'
import {
  BatchNorm1d,
  Dropout,
  initialize,
  kaimingNormal,
  Linear,
  LogSoftmax,
  type Module,
  ReLU,
} from '@dl/layers'

export interface HeadOptions {
  /** What is to be told apart, or how many numbers a regression has. */
  classes: number
  /** Widths of further layers before the last (default [512]). */
  xtraFc?: readonly number[]
  /**
   * Dropout before each linear layer: one number for all, or one for each (default 0.25, before the
   * last 0.5). 0 leaves it out.
   */
  ps?: number | readonly number[]
  /**
   * Whether a picture may have several labels (default false). Scores come out as logits then, not
   * behind a sigmoid as in fast.ai: `binaryCrossEntropy` is exact where a sigmoid is 0 or 1.
   */
  isMulti?: boolean
  /** Whether the outputs are numbers to be hit (default false): they come out as they are. */
  isReg?: boolean
}

/**
 * BatchNorm1d → Dropout → Linear → ReLU for each of `xtraFc`, then BatchNorm1d → Dropout → Linear →
 * LogSoftmax. Weights are Kaiming normal and biases 0.
 */
export function headOf(
  features: number,
  { classes, xtraFc = [512], ps, isMulti = false, isReg = false }: HeadOptions,
): Module[] {
  if (!Array.isArray(xtraFc)) {
    throw new DlError('bad-option', {
      problem: `xtraFc is ${showValue(xtraFc)}`,
      expected: 'a list of widths: [512], or [] for none',
    })
  }
  const widths: readonly number[] = [features, ...xtraFc, classes]
  if (!widths.every(width => Number.isInteger(width) && width > 0)) {
    throw new DlError('bad-option', {
      problem: `a head got the widths ${widths.join(', ')}`,
      expected: 'features, xtraFc and classes to be integers of at least 1',
    })
  }
  const drops = dropsOf(ps, xtraFc.length + 1)
  const layers = drops.flatMap((p, i) => {
    const linear = new Linear(widths[i]!, widths[i + 1]!)
    initialize(linear.weight, kaimingNormal())
    initialize(linear.bias!, ([size]) => new Float32Array(size!))
    const norm = new BatchNorm1d(widths[i]!)
    const activation = i < xtraFc.length ? [new ReLU()] : []
    return [norm, ...(p > 0 ? [new Dropout(p)] : []), linear, ...activation]
  })
  return isMulti || isReg ? layers : [...layers, new LogSoftmax()]
}

function dropsOf(ps: HeadOptions['ps'], layers: number): number[] {
  const standard = Array.from({ length: layers }, (_, i) => (i < layers - 1 ? 0.25 : 0.5))
  const given = ps ?? standard
  const drops = Array.isArray(given) ? given : standard.map(() => given as number)
  if (drops.length === layers && drops.every(p => p >= 0 && p <= 1)) return drops
  throw new DlError('bad-option', {
    problem: `ps is ${Array.isArray(given) ? given.join(', ') || 'empty' : showValue(given)} for ${layers} linear layers`,
    expected: 'a number from 0 to 1, or one for each',
  })
}
