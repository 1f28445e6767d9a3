/**
 * Batches for a language model: the text is cut into `bs` contiguous streams that run side by side,
 * and each batch is the next few rows of them, so that a hidden state carried from batch to batch
 * belongs to the text it continues. The target is the same text one token later.
 *
 * Unlike fast.ai's, an epoch reads every row and its number of batches is known before it begins:
 * the lengths of epoch e are drawn from the seed and e alone. `compat: 'fastai'` gives the old rule.
 */

import { checkOptions, DlError, defaultGenerator, Generator, showValue } from '@dl/core'
import type { Batch, DataLoader, LoaderState } from '@dl/data'
import { tensor2d } from '@tensorflow/tfjs-core'
import { bpttLengths } from './bptt-lengths'
import { requireCount, requireGenerator } from './checks'

export interface LanguageModelLoaderOptions {
  /** Number of streams, that is the batch size (default 64). */
  bs?: number
  /** Rows of a batch: exactly in validation, on average in training (default 70). */
  bptt?: number
  /** Vary the lengths (default true); false gives `bptt` rows each time. */
  train?: boolean
  /** Seed of the lengths; without it they come from the default generator, see `manualSeed`. */
  seed?: number
  /** Instead of a seed. */
  generator?: Generator
  /** Round lengths to multiples of this, so that GPU backends compile for few shapes (default 1). */
  lengthStep?: number
  /**
   * fast.ai 0.7's epochs: never more than {@link LanguageModelLoader.nominalLength} batches, even if
   * text is left, and random lengths in validation too.
   */
  compat?: 'fastai'
  /** What error messages call the text (default `the text`). */
  name?: string
}

const NAMES = ['bs', 'bptt', 'train', 'seed', 'generator', 'lengthStep', 'compat', 'name'] as const

/**
 * Random-length backpropagation through time over the numbers of a text.
 *
 * @example
 * ```ts
 * import { disposeBatch } from '@dl/data'
 * import { LanguageModelLoader } from '@dl/text'
 *
 * const ids = Int32Array.from({ length: 1000 }, (_, i) => i)
 * const loader = new LanguageModelLoader(ids, { bs: 4, bptt: 10, seed: 1 })
 * let rows = 0
 * for await (const batch of loader) {
 *   rows += batch.target.shape[0]!
 *   disposeBatch(batch)
 * }
 * rows // → 249
 * ```
 */
export class LanguageModelLoader implements DataLoader {
  readonly bs: number
  readonly bptt: number
  /** Tokens given. */
  readonly tokens: number
  /** Tokens at the end that did not fill a row and are not used. */
  readonly droppedTokens: number
  /** Rows of the matrix, that is the length of each stream. */
  readonly rows: number
  /** The lesson's number of batches, `floor(rows / bptt) - 1`. */
  readonly nominalLength: number
  /** Time first: row t holds token t of every stream. */
  readonly #matrix: Int32Array
  readonly #generator: Generator | undefined
  readonly #lengthStep: number
  readonly #maxBatches: number | undefined
  #epoch = 0
  #skipped = 0
  #next: { epoch: number; lengths: number[] } | null = null

  constructor(ids: Int32Array, options: LanguageModelLoaderOptions = {}) {
    const {
      bs = 64,
      bptt = 70,
      train = true,
      lengthStep = 1,
      compat,
      name = 'the text',
      generator,
    } = checkOptions('LanguageModelLoader', options, NAMES)
    requireCount('bs', bs)
    requireCount('bptt', bptt)
    requireCount('lengthStep', lengthStep)
    requireGenerator('generator', generator)
    if (compat !== undefined && compat !== 'fastai') {
      throw new DlError('bad-option', {
        problem: `compat is ${showValue(compat)}`,
        expected: "'fastai', or none",
      })
    }
    if (!(ids instanceof Int32Array)) {
      throw new DlError('bad-option', {
        problem: `the numbers of the text are ${showValue(ids)}`,
        expected: 'an Int32Array, as field.build(texts) gives it',
      })
    }
    requireTokens(ids.length, bs, bptt, compat, name)
    this.bs = bs
    this.bptt = bptt
    this.tokens = ids.length
    this.rows = Math.floor(ids.length / bs)
    this.droppedTokens = ids.length % bs
    this.nominalLength = Math.max(1, Math.floor(this.rows / bptt) - 1)
    this.#matrix = streams(ids, this.rows, bs)
    this.#lengthStep = lengthStep
    if (compat === 'fastai') this.#maxBatches = this.nominalLength
    if (train || compat === 'fastai') this.#generator = generatorOf(options).fork('bptt')
  }

  get length(): number {
    return this.#lengths().length
  }

  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const lengths = this.#lengths()
    const skipped = this.#skipped
    this.#epoch++
    this.#skipped = 0
    return this.#batches(lengths, skipped)
  }

  state(): LoaderState {
    const random = this.#generator?.state()
    return { epoch: this.#epoch, ...(random && { random }) }
  }

  restore(state: LoaderState): void {
    const { epoch, random } = state ?? {}
    if (!Number.isInteger(epoch) || epoch < 0) {
      throw new DlError('bad-state', {
        problem: `the stored epoch is ${showValue(epoch)}`,
        expected: 'an integer of at least 0, as state() gives it',
      })
    }
    this.#epoch = epoch
    if (random) this.#generator?.restore(random)
    this.#skipped = 0
    this.#next = null
  }

  /** The next iterator leaves out its first batches, those that an interrupted epoch has had. */
  skip(batches: number): void {
    requireCount('skip', batches, 0)
    this.#skipped = batches
  }

  /** Those of the coming epoch. */
  #lengths(): number[] {
    if (this.#next?.epoch !== this.#epoch) {
      const lengths = bpttLengths({
        rows: this.rows,
        bptt: this.bptt,
        generator: this.#generator?.fork(this.#epoch),
        lengthStep: this.#lengthStep,
        maxBatches: this.#maxBatches,
      })
      this.#next = { epoch: this.#epoch, lengths }
    }
    return this.#next.lengths
  }

  async *#batches(lengths: number[], skipped: number): AsyncGenerator<Batch, void, undefined> {
    const { bs } = this
    let row = lengths.slice(0, skipped).reduce((rows, length) => rows + length, 0)
    for (const length of lengths.slice(skipped)) {
      // slice, not subarray: a backend may keep the array it is given
      const rowsFrom = (start: number) =>
        tensor2d(this.#matrix.slice(start * bs, (start + length) * bs), [length, bs], 'int32')
      yield { inputs: [rowsFrom(row)], target: rowsFrom(row + 1), items: length * bs }
      row += length
    }
  }
}

/** The matrix of `bs` contiguous streams, time first. */
function streams(ids: Int32Array, rows: number, bs: number): Int32Array {
  const matrix = new Int32Array(rows * bs)
  // row by row, because memory likes writes side by side better than reads
  for (let row = 0, to = 0; row < rows; row++) {
    for (let stream = 0; stream < bs; stream++) matrix[to++] = ids[stream * rows + row]!
  }
  return matrix
}

function generatorOf({ seed, generator }: LanguageModelLoaderOptions): Generator {
  return generator ?? (seed === undefined ? defaultGenerator() : new Generator(seed))
}

/** Two rows make one batch of one row; the old rule does not read the last `bptt` of them. */
function requireTokens(
  tokens: number,
  bs: number,
  bptt: number,
  compat: 'fastai' | undefined,
  name: string,
): void {
  const needed = bs * (compat === 'fastai' ? Math.max(2, 2 * bptt) : 2)
  if (tokens >= needed) return
  throw new DlError('text-too-short', {
    problem: `${name} has ${tokens} tokens, too few for bs ${bs} and bptt ${bptt}`,
    expected: `at least ${needed}`,
    fix: 'Use more text or a smaller bs.',
  })
}
