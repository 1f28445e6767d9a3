import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualSeed } from '@dl/core'
import { encodeModelFile } from '@dl/data'
import { architecture, Embedding, Linear, Module, Sequential } from '@dl/layers'
import {
  CharLM,
  chars,
  exportLanguageModel,
  Field,
  generate,
  loadLanguageModel,
  type Tokenizer,
} from '@dl/text'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lm-'))
  path = join(folder, 'model.safetensors')
  manualSeed(1)
})
afterEach(() => rm(folder, { recursive: true }))

const reading = (options: ConstructorParameters<typeof Field>[0], text = 'to be, or Not to be') => {
  const field = new Field(options)
  field.build([text])
  return field
}

const small = (field: Field) =>
  new CharLM({ vocab: field.vocab.size, embedding: 4, hidden: 6, layers: 1, cell: 'gru' })

it.each([
  ['chars', { tokenize: chars, lower: true }],
  ['words', { newlineEos: false }],
  ['words with a joint', { joint: '_' }],
  ['kept line ends', { tokenize: chars, lineEnds: 'keep' as const }],
])('comes back and writes the same: %s', async (_what, options) => {
  const field = reading(options)
  const model = small(field)
  const write = (m: Module, f: Field) => generate(m, f, 'to', { length: 8, seed: 3 })
  const text = await write(model, field)
  await exportLanguageModel(path, model, field)
  model.dispose()
  for (const input of [path, await readFile(path)]) {
    const loaded = await loadLanguageModel(input)
    expect(await write(loaded.model, loaded.field)).toBe(text)
    expect(loaded.field.encode('To\r\nbe')).toEqual(field.encode('To\r\nbe'))
    expect(loaded.model.training).toBe(false)
    loaded.model.dispose()
  }
})

it('takes models and tokenizers of your own by name', async () => {
  const lines: Tokenizer = text => text.split('\n')
  const bigrams = architecture(
    'bigrams',
    ({ vocab }: { vocab: number }) => new Sequential(new Embedding(vocab, 3), new Linear(3, vocab)),
  )
  const field = reading({ tokenize: lines }, 'one\ntwo\none')
  const model = bigrams({ vocab: field.vocab.size })
  await exportLanguageModel(path, model, field)
  model.dispose()
  await expect(loadLanguageModel(path)).rejects.toThrow(
    'no function is the tokenizer "lines"; expected one of chars, words. Give the function that it was exported with: { tokenizers: { lines } }.',
  )
  await expect(loadLanguageModel(path, { tokenizers: { lines } })).rejects.toThrow(
    'no function builds the architecture "bigrams"; expected one of CharLM, AWDLSTM.',
  )
  const loaded = await loadLanguageModel(path, {
    tokenizers: { lines },
    architectures: { bigrams },
  })
  expect([...loaded.field.encode('two\nsix')]).toEqual([...field.encode('two\nsix')])
  loaded.model.dispose()
})

describe('bad input', () => {
  it.each([
    [
      { tokenize: (() => (text: string) => [text])() },
      "the field's tokenizer is a function without a name; expected a named function.",
    ],
    [
      { preprocess: (tokens: string[]) => tokens },
      "the field's preprocess is a function; expected none; a tokenizer may do its work.",
    ],
    [
      { joint: () => '-' },
      "the field's joint is a function; expected a text, or the tokenizer's own joint.",
    ],
  ])('cannot store %j', async (options, message) => {
    const field = reading(options)
    const model = small(field)
    await expect(exportLanguageModel(path, model, field)).rejects.toThrow(message)
    model.dispose()
    expect(await readdir(folder)).toEqual([])
  })

  it('cannot store a model that nobody can build, nor a field without a vocabulary', async () => {
    class Own extends Module {
      override forward(): never {
        throw new Error()
      }
    }
    await expect(exportLanguageModel(path, new Own(), reading({}))).rejects.toThrow(
      'nothing says how Own was built',
    )
    const model = small(reading({}))
    await expect(exportLanguageModel(path, model, new Field())).rejects.toThrow('no vocabulary yet')
    model.dispose()
  })

  it('refuses weights of another model, and keeps nothing of them', async () => {
    const field = reading({})
    const [model, other] = [small(field), new CharLM({ vocab: 3, hidden: 2, layers: 1 })]
    const tensors = other.stateDict()
    const bytes = await encodeModelFile({
      kind: 'language-model',
      parts: {
        recipe: { name: 'CharLM', options: { vocab: field.vocab.size, hidden: 6 } },
        field: { tokenize: 'words' },
        vocab: field.vocab.toJSON(),
      },
      tensors,
    })
    for (const owner of [model, other, ...Object.values(tensors)]) owner.dispose()
    await expect(loadLanguageModel(bytes)).rejects.toThrow(/expected/)
  })

  it('names an option that does not exist', async () => {
    await expect(loadLanguageModel(path, { tokenizer: {} } as object)).rejects.toThrow(
      'loadLanguageModel has no option tokenizer; expected one of architectures, tokenizers. Did you mean tokenizers?',
    )
  })
})
