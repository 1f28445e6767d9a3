/** A language model with its vocabulary in one file, for programs that only use it. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { type FileInput, type ModelFile, readModelFile, saveModelFile } from '@dl/data'
import { type Architectures, fromRecipe, type Module, requireRecipe } from '@dl/layers'
import { dispose } from '@tensorflow/tfjs-core'
import { AWDLSTM, type AWDLSTMOptions } from './awd-lstm'
import { CharLM, type CharLMOptions } from './char-lm'
import { requireField, requireModel, requireString } from './checks'
import { Field, type FieldOptions } from './field'
import { chars, type Tokenizer, words } from './tokenizer'
import { Vocab, type VocabJson } from './vocab'

const KIND = 'language-model'
const PARTS = ['recipe', 'field', 'vocab'] as const
const ARCHITECTURES: Architectures = {
  CharLM: (options: CharLMOptions) => new CharLM(options),
  AWDLSTM: (options: AWDLSTMOptions) => new AWDLSTM(options),
}
const TOKENIZERS: Readonly<Record<string, Tokenizer>> = { chars, words }

/** A field as plain JSON, without its vocabulary. */
type FieldJson = Pick<FieldOptions, 'lower' | 'newlineEos' | 'lineEnds'> & {
  tokenize: string
  joint?: string
}

/**
 * Writes a model and its field to `path`, all or nothing: weights, how the model is built, the
 * vocabulary, how texts are read. {@link loadLanguageModel} reads it.
 *
 * @param model a {@link CharLM}, an {@link AWDLSTM}, or what an `architecture` of @dl/layers built
 * @throws DlError `no-recipe` for another model; `no-vocab`; `not-storable` for a field with a function
 *   that has no name; `write-failed`
 *
 * @example
 * ```ts no-run
 * import { CharLM, chars, exportLanguageModel, Field } from '@dl/text'
 *
 * const field = new Field({ tokenize: chars })
 * field.build(['abracadabra'])
 * const model = new CharLM({ vocab: field.vocab.size, hidden: 8 })
 * await exportLanguageModel('abra.safetensors', model, field)
 * ```
 */
export async function exportLanguageModel(
  path: string,
  model: Module,
  field: Field,
): Promise<void> {
  requireString('the path of the file', path)
  requireModel('exportLanguageModel', model)
  requireField('exportLanguageModel', field)
  const parts = {
    recipe: requireRecipe(model),
    field: fieldToJson(field),
    vocab: field.vocab.toJSON(),
  }
  const tensors = model.stateDict()
  try {
    await saveModelFile(path, { kind: KIND, parts, tensors })
  } finally {
    dispose(tensors)
  }
}

export interface LoadLanguageModelOptions {
  /** Functions that build other models, by the names they were exported under. */
  architectures?: Architectures
  /** Tokenizers other than `chars` and `words`, by the names they were exported under. */
  tokenizers?: Readonly<Record<string, Tokenizer>>
}

/**
 * Reads what {@link exportLanguageModel} wrote. The model is in eval mode and yours to dispose.
 *
 * @param input a path, a URL, a Blob or the bytes
 * @throws DlError `bad-model-file` for a file of another kind; `unknown-architecture`,
 *   `unknown-tokenizer` for names that nothing here has; `state-mismatch` for weights of another model
 *
 * @example
 * ```ts no-run
 * import '@dl/backend-wasm'
 * import { generate, loadLanguageModel } from '@dl/text'
 *
 * const { model, field } = await loadLanguageModel('abra.safetensors')
 * console.log(await generate(model, field, 'abra'))
 * ```
 */
export async function loadLanguageModel(
  input: FileInput,
  options: LoadLanguageModelOptions = {},
): Promise<{ model: Module; field: Field }> {
  const { architectures, tokenizers } = checkOptions('loadLanguageModel', options, [
    'architectures',
    'tokenizers',
  ])
  const file = await readModelFile(input, { kind: KIND, parts: PARTS })
  try {
    const field = fieldOf(file.parts, { ...TOKENIZERS, ...tokenizers })
    const model = fromRecipe(file.parts.recipe, { ...ARCHITECTURES, ...architectures }) as Module
    try {
      model.loadStateDict(file.tensors)
    } catch (error) {
      model.dispose()
      throw error
    }
    return { model: model.eval(), field }
  } finally {
    dispose({ ...file.tensors })
  }
}

function fieldToJson({
  lower,
  newlineEos,
  lineEnds,
  tokenize,
  joint,
  preprocess,
}: Field): FieldJson {
  const builtIn = Object.entries(TOKENIZERS).find(([, known]) => known === tokenize)?.[0]
  const name = builtIn ?? tokenize.name
  if (name === '') throw unstorable('tokenizer is a function without a name', 'a named function')
  if (preprocess) throw unstorable('preprocess is a function', 'none; a tokenizer may do its work')
  const asTokenizer = joint === (tokenize.joint ?? ' ')
  if (typeof joint === 'function' && !asTokenizer) {
    throw unstorable('joint is a function', "a text, or the tokenizer's own joint")
  }
  return {
    lower,
    newlineEos,
    lineEnds,
    tokenize: name,
    ...(typeof joint === 'string' && !asTokenizer && { joint }),
  }
}

function fieldOf(
  { field: stored, vocab }: ModelFile['parts'],
  tokenizers: Readonly<Record<string, Tokenizer>>,
): Field {
  const { tokenize: name, ...options } = stored as FieldJson
  const tokenize = Object.hasOwn(tokenizers, name) ? tokenizers[name] : undefined
  if (typeof tokenize !== 'function') {
    throw new DlError('unknown-tokenizer', {
      problem: `no function is the tokenizer ${showValue(name)}`,
      expected: `one of ${Object.keys(tokenizers).join(', ')}`,
      fix: `Give the function that it was exported with: { tokenizers: { ${name} } }.`,
    })
  }
  const field = new Field({ ...options, tokenize })
  field.vocab = Vocab.fromJSON(vocab as VocabJson)
  return field
}

const unstorable = (what: string, expected: string): DlError =>
  new DlError('not-storable', { problem: `the field's ${what}`, expected })
