/** Training, validation and test text of a language model, read with one field. */
import { checkOptions, DlError, defaultGenerator, Generator, showValue } from '@dl/core'
import { files, type TextDataset } from '@dl/data'
import { requireField } from './checks'
import type { Field } from './field'
import { LanguageModelLoader } from './language-model-loader'
import type { VocabOptions } from './vocab'

export interface LanguageModelDataOptions extends Pick<VocabOptions, 'minFreq' | 'maxSize'> {
  /** Number of streams, that is the batch size (default 64). */
  bs?: number
  /** Rows of a batch (default 70). */
  bptt?: number
  /** Seed of the random lengths; without it they come from the default generator. */
  seed?: number
  /** Round lengths to multiples of this (default 1). */
  lengthStep?: number
  /** fast.ai 0.7's epochs, see {@link LanguageModelLoader}. */
  compat?: 'fastai'
}

/** A text, or several that follow one another. */
export type Text = string | readonly string[]

/** One of each per split. */
export interface Splits<T> {
  train: T
  validation: T
  test?: T
}

const SPLITS = ['train', 'validation', 'test'] as const
/** What the data sets of @dl/data say of themselves. */
const ORIGIN = ['name', 'source', 'origin'] as const
const NAMES = ['minFreq', 'maxSize', 'bs', 'bptt', 'seed', 'lengthStep', 'compat'] as const

/** A text and what to call it. */
interface Source {
  name: string
  text: string
}

/**
 * Loaders for a language model. The vocabulary is made of the training text, unless the field has
 * one; random lengths in training, `bptt` rows each in validation and test.
 *
 * @example
 * ```ts
 * import { chars, Field, LanguageModelData } from '@dl/text'
 *
 * const text = 'the cat sat on the mat. '.repeat(50)
 * const data = LanguageModelData.fromTexts(
 *   { train: text, validation: text },
 *   new Field({ tokenize: chars }),
 *   { bs: 4, bptt: 8, minFreq: 2 },
 * )
 * data.nt // → 13
 * data.tokens.train // → 1201
 * data.validation.length // → 38
 * ```
 */
export class LanguageModelData {
  private constructor(
    readonly field: Field,
    readonly train: LanguageModelLoader,
    readonly validation: LanguageModelLoader,
    readonly test: LanguageModelLoader | undefined,
  ) {}

  /**
   * Reads `train`, `validation` and `test`, each a file or a folder of files below `path`. The files
   * of a folder follow one another in order of their names.
   */
  static async fromTextFiles(
    path: string,
    field: Field,
    options: Splits<string> & LanguageModelDataOptions,
  ): Promise<LanguageModelData> {
    const owner = 'LanguageModelData.fromTextFiles'
    const { train, validation, test, ...others } = checkOptions(owner, options, [
      ...SPLITS,
      ...NAMES,
    ])
    for (const [what, value] of Object.entries({
      path,
      train,
      validation,
      ...(test && { test }),
    })) {
      if (typeof value === 'string') continue
      throw new DlError('bad-option', {
        problem: `${owner} got ${showValue(value)} as ${what}`,
        expected: what === 'path' ? 'the path of a folder' : 'the name of a file or a folder in it',
      })
    }
    const read = async (name: string): Promise<Source[]> => {
      const sources: Source[] = []
      for (const file of await files.list(files.join(path, name))) {
        sources.push({ name: file, text: await files.readText(file) })
      }
      return sources
    }
    const splits: Splits<Source[]> = {
      train: await read(train),
      validation: await read(validation),
    }
    if (test !== undefined) splits.test = await read(test)
    return LanguageModelData.#build(splits, field, others)
  }

  /** The same from texts that are in memory, as `datasets.nietzsche()` of @dl/data gives them. */
  static fromTexts(
    texts: Splits<Text> & Partial<Pick<TextDataset, (typeof ORIGIN)[number]>>,
    field: Field,
    options: LanguageModelDataOptions = {},
  ): LanguageModelData {
    const { train, validation, test } = checkOptions('the texts', texts, [...SPLITS, ...ORIGIN])
    checkOptions('LanguageModelData.fromTexts', options, NAMES)
    const named = (split: string, text: Text): Source[] =>
      [text].flat().map((text, i, all) => ({
        name: `the ${split} text${all.length > 1 ? ` number ${i}` : ''}`,
        text,
      }))
    const splits: Splits<Source[]> = {
      train: named('train', train),
      validation: named('validation', validation),
    }
    if (test !== undefined) splits.test = named('test', test)
    return LanguageModelData.#build(splits, field, options)
  }

  static #build(
    splits: Splits<Source[]>,
    field: Field,
    { minFreq, maxSize, seed, ...options }: LanguageModelDataOptions,
  ): LanguageModelData {
    requireField('LanguageModelData', field)
    for (const { name, text } of Object.values(splits).flat()) requireText(name, text)
    const generator = seed === undefined ? defaultGenerator() : new Generator(seed)
    const loader = (split: keyof Splits<unknown>, sources: Source[]): LanguageModelLoader => {
      const ids = field.build(
        sources.map(source => source.text),
        { minFreq, maxSize },
      )
      return new LanguageModelLoader(ids, {
        ...options,
        train: split === 'train',
        generator: generator.fork(split),
        name: `the ${split} text`,
      })
    }
    const { train, validation, test } = splits
    return new LanguageModelData(
      field,
      loader('train', train),
      loader('validation', validation),
      test && loader('test', test),
    )
  }

  /** Number of tokens a model must know: the size of the vocabulary. */
  get nt(): number {
    return this.field.vocab.size
  }

  /** Tokens of each split, `<eos>` included. */
  get tokens(): Splits<number> {
    const { train, validation, test } = this
    return {
      train: train.tokens,
      validation: validation.tokens,
      ...(test && { test: test.tokens }),
    }
  }
}

function requireText(name: string, text: unknown): void {
  if (typeof text !== 'string') {
    throw new DlError('bad-option', {
      problem: `${name} is ${showValue(text)}`,
      expected: 'a text, or a list of texts',
    })
  }
  if (text !== '') return
  throw new DlError('empty-text', {
    problem: `${name} is empty`,
    expected: 'at least one character',
    fix: 'Fill it or leave it out.',
  })
}
