/** Complaints that name the layer or function. */
import { DlError, showShape, showValue } from '@dl/core'
import { Tensor } from '@tensorflow/tfjs-core'

export function checkSizes(layer: string, sizes: Record<string, number>): void {
  checkNumbers(layer, sizes, 'an integer of at least 1', size => Number.isInteger(size) && size > 0)
}

export function checkNumbers(
  what: string,
  numbers: Record<string, number>,
  expected = 'a finite number',
  isRight: (number: number) => boolean = () => true,
): void {
  for (const [name, number] of Object.entries(numbers)) {
    if (Number.isFinite(number) && isRight(number)) continue
    throw new DlError('bad-option', {
      problem: `${what} got ${name} ${showValue(number)}`,
      expected,
    })
  }
}

/** What is added to a variance before its root is taken. */
export const checkEps = (layer: string, eps: number): void =>
  checkNumbers(layer, { eps }, 'a number of at least 0', value => value >= 0)

/** A share or a probability. */
export const checkShare = (layer: string, shares: Record<string, number>): void =>
  checkNumbers(layer, shares, 'a number from 0 to 1', value => value >= 0 && value <= 1)

/** One of a few words. */
export function checkChoice(
  layer: string,
  name: string,
  value: string,
  choices: readonly string[],
): void {
  if (choices.includes(value)) return
  throw new DlError('bad-option', {
    problem: `${layer} got ${name} ${showValue(value)}`,
    expected: `one of ${choices.map(showValue).join(', ')}`,
  })
}

/** Complains about what is no tensor: most often the outputs of a recurrent layer, all at once. */
export function checkTensor(layer: string, x: unknown): asserts x is Tensor {
  if (x instanceof Tensor) return
  const recurrent = (x as { output?: unknown } | null | undefined)?.output instanceof Tensor
  throw new DlError('no-tensor', {
    problem: `${layer} got ${showValue(x)}`,
    expected: 'a tensor',
    ...(recurrent && {
      fix: 'A recurrent layer returns its output and its state: pass on `.output`, in a Module whose forward calls both layers.',
    }),
  })
}

export function checkWidth(layer: string, x: Tensor, width: number): void {
  checkTensor(layer, x)
  if (x.shape.at(-1) === width) return
  throw new DlError('shape-mismatch', {
    problem: `${layer} got an input of shape ${showShape(x.shape)}`,
    expected: `a last dimension of ${width}`,
  })
}

/** A batch of maps [N, H, W, C], with this many channels where it matters. */
export function checkMaps(layer: string, x: Tensor, channels?: number): void {
  checkTensor(layer, x)
  if (x.rank === 4 && (channels === undefined || x.shape[3] === channels)) return
  throw new DlError('shape-mismatch', {
    problem: `${layer} got an input of shape ${showShape(x.shape)}`,
    expected: `[batch, height, width, ${channels ?? 'channels'}]`,
  })
}

/** Complains about integers: pixels as bytes, say. */
export function checkFloat(layer: string, x: Tensor, what = 'an input'): void {
  checkTensor(layer, x)
  if (x.dtype === 'float32') return
  throw new DlError('bad-dtype', {
    problem: `${layer} got ${what} of ${x.dtype} ${showShape(x.shape)}`,
    expected: 'float32',
    fix: "Convert it first: cast(x, 'float32').",
  })
}

/** A batch of sequences [N, L, C], with this many channels where it matters. */
export function checkSequences(layer: string, x: Tensor, channels?: number): void {
  checkTensor(layer, x)
  if (x.rank === 3 && (channels === undefined || x.shape[2] === channels)) return
  throw new DlError('shape-mismatch', {
    problem: `${layer} got an input of shape ${showShape(x.shape)}`,
    expected: `[batch, length, ${channels ?? 'channels'}]`,
  })
}

/** Complains about a window that is larger than the map with its padding. */
export function checkWindow(
  layer: string,
  x: Tensor,
  window: readonly [number, number],
  padding: readonly [number, number],
): void {
  const sizes = [x.shape[1]! + 2 * padding[0], x.shape[2]! + 2 * padding[1]]
  if (window[0] <= sizes[0]! && window[1] <= sizes[1]!) return
  throw new DlError('shape-mismatch', {
    problem: `${layer} got a map of ${showShape(sizes)} with its padding`,
    expected: `at least its window, ${showShape([...window])}`,
  })
}
