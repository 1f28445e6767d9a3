/** Reading a loader that others wrote: what it announces, what comes of it, and what it may do wrong. */
import { DlError, showValue } from '@dl/core'
import { type Batch, type DataLoader, disposeBatch } from '@dl/data'
import { Tensor } from '@tensorflow/tfjs-core'

/** Loaders of which the length was found wrong; it is said once. */
const told = new WeakSet<object>()

/** The number of batches a loader announces; Infinity where it does not know, as a stream. */
export function announced(loader: DataLoader, name: string): number {
  const { length = Number.POSITIVE_INFINITY } = loader
  if (Number.isNaN(length) || length === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  if (Number.isSafeInteger(length) && length >= 0) return length
  throw new DlError('bad-loader', {
    problem: `the length of the ${name} loader is ${showValue(length)}`,
    expected: 'the number of its batches, or none where it is not known',
  })
}

/** A place in an epoch, which may be one that was interrupted. */
export interface Place {
  /** Batches that have come; at first those to leave out. */
  taken: number
  /** Called before the first batch that is not left out. */
  begin?(): void
}

/**
 * One epoch. Batches without items are passed over; what the loader throws says where. Those to leave
 * out are skipped by a loader that can, else read and thrown away.
 */
export async function* batchesOf(
  loader: DataLoader,
  name: string,
  place: Place = { taken: 0 },
): AsyncGenerator<Batch, void, undefined> {
  const length = announced(loader, name)
  let left = place.taken
  try {
    if (left > 0 && loader.skip !== undefined) {
      loader.skip(left)
      left = 0
    }
    place.taken -= left
    const epoch = loader[Symbol.asyncIterator]()
    if (left === 0) place.begin?.()
    for await (const batch of { [Symbol.asyncIterator]: () => epoch }) {
      checkBatch(batch, name)
      place.taken++
      if (batch.items === 0 || left > 0) disposeBatch(batch)
      else yield batch
      if (left > 0 && --left === 0) place.begin?.()
    }
  } catch (error) {
    if (DlError.is(error)) throw error
    const text = error instanceof Error ? error.message : String(error)
    throw new DlError('loader-failed', {
      problem: `the ${name} loader threw after batch ${place.taken}: ${text.replace(/\.$/, '')}`,
      fix: "The loader's own error is this one's cause.",
      cause: error,
    })
  }
  const { taken: count } = place
  if (count === length || length === Number.POSITIVE_INFINITY || told.has(loader)) return
  told.add(loader)
  console.warn(
    `@dl/train: the ${name} loader has the length ${length} and yielded ${count} batches; what came is what counts.`,
  )
}

export function checkLoader(loader: unknown, name: string): asserts loader is DataLoader {
  const problem = `the ${name} loader is ${showValue(loader)}`
  const expected = 'an object with [Symbol.asyncIterator](), such as dataLoader() of @dl/data makes'
  if (typeof loader === 'function') {
    const fix = `Give { [Symbol.asyncIterator]: ${loader.name || 'it'} } if it makes an epoch's batches.`
    throw new DlError('bad-loader', { problem, expected, fix })
  }
  if (typeof (loader as DataLoader | null)?.[Symbol.asyncIterator] !== 'function') {
    throw new DlError('bad-loader', { problem, expected })
  }
  announced(loader as DataLoader, name)
}

/** A generator object is an epoch, not a loader: it is empty ever after. */
export function checkReusable(loader: DataLoader, name: string, epochs: number): void {
  if (epochs < 2 || !('next' in loader)) return
  throw new DlError('single-use-loader', {
    problem: `the ${name} loader is a generator, which yields its batches once, and there are ${epochs} epochs`,
    expected: 'a loader that begins anew whenever it is asked for an iterator',
    fix: 'Give the generator function, not what it returned: { [Symbol.asyncIterator]: batches }.',
  })
}

export const emptyLoader = (name: string, when = ''): DlError =>
  new DlError('empty-loader', {
    problem: `the ${name} loader yielded nothing${when}`,
    expected: 'at least one batch',
    fix: 'Give more data or a smaller batch size; an iterator that was used before is empty, too.',
  })

function checkBatch(batch: Batch, name: string): void {
  const fail = (problem: string, expected: string): never => {
    throw new DlError('bad-batch', { problem: `the ${name} loader yielded ${problem}`, expected })
  }
  if (typeof batch !== 'object' || batch === null) {
    fail(showValue(batch), 'batches { inputs: [tensor], target: tensor, items: number }')
  }
  const { inputs, target, items } = batch
  if (!(Array.isArray(inputs) && inputs.every(input => input instanceof Tensor))) {
    fail(`a batch with the inputs ${showValue(inputs)}`, 'a list of tensors: { inputs: [x], … }')
  }
  if (!(target instanceof Tensor)) fail(`a batch with the target ${showValue(target)}`, 'a tensor')
  if (!(Number.isFinite(items) && items >= 0)) {
    fail(`a batch with ${showValue(items)} items`, 'the number its mean loss stands for')
  }
}
