/** Whatever plain JavaScript hands over, the answer is a DlError or a result, never a TypeError. */
import { Generator } from '@dl/core'
import * as text from '@dl/text'
import { CharLM, chars, Field } from '@dl/text'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answersInWords, type Call } from '../../../scripts/wrong-kinds'

const field = new Field({ tokenize: chars })
field.build(['abcabc'])
let model: CharLM
beforeAll(() => {
  model = new CharLM({ vocab: field.vocab.size, hidden: 3, embedding: 2, layers: 1 })
})
afterAll(() => model.dispose())

/** Each argument of each export, the others being right. */
const CALLS: Record<string, Call> = {
  'bpttLengths(value)': v => text.bpttLengths(v),
  'bpttLengths(rows)': v => text.bpttLengths({ rows: v, bptt: 2, maxBatches: 3 }),
  'bpttLengths(bptt)': v => text.bpttLengths({ rows: 9, bptt: v, maxBatches: 3 }),
  'bpttLengths(lengthStep)': v =>
    text.bpttLengths({ rows: 9, bptt: 2, lengthStep: v, maxBatches: 3 }),
  'bpttLengths(generator)': v =>
    text.bpttLengths({ rows: 9, bptt: 2, generator: v, maxBatches: 3 }),
  'bpttLengths(maxBatches)': v => text.bpttLengths({ rows: 9, bptt: 2, maxBatches: v }),
  'new AWDLSTM(value)': v => new text.AWDLSTM(v).dispose(),
  'new AWDLSTM(layers)': v =>
    new text.AWDLSTM({ vocab: 3, embedding: 2, hidden: 2, layers: v }).dispose(),
  'new CharLM(value)': v => new CharLM(v).dispose(),
  'new CharLM(hidden)': v => new CharLM({ vocab: 3, hidden: v }).dispose(),
  'new CharLM(cell)': v => new CharLM({ vocab: 3, hidden: 2, cell: v }).dispose(),
  'new Field(value)': v => new Field(v),
  'new Field(tokenize)': v => new Field({ tokenize: v }).tokens('a b'),
  'new Field(preprocess)': v => new Field({ preprocess: v }).tokens('a b'),
  'new Field(joint)': v => {
    const other = new Field({ joint: v })
    other.build(['a b'])
    return other.decode([3, 2])
  },
  'field.tokens(value)': v => field.tokens(v),
  'field.encode(value)': v => field.encode(v),
  'field.numericalize(value)': v => field.numericalize(v),
  'field.decode(value)': v => field.decode(v),
  'field.build(value)': v => new Field().build(v),
  'field.build(options)': v => new Field().build(['a'], v),
  'field.vocab = value': v => {
    new Field().vocab = v
  },
  'generate(model)': v => text.generate(v, field, 'a', { length: 1 }),
  'generate(field)': v => text.generate(model, v, 'a', { length: 1 }),
  'generate(prompt)': v => text.generate(model, field, v, { length: 1, onUnknown() {} }),
  // a text of 400 tokens where the options are right
  'generate(options)': v => typeof v === 'object' && text.generate(model, field, 'a', v),
  'generate(seed)': v => text.generate(model, field, 'a', { length: 1, seed: v }),
  'generate(onToken)': v => text.generate(model, field, 'a', { length: 1, onToken: v }),
  'generate(onUnknown)': v =>
    text.generate(model, field, 'z', { length: 1, onUnknown: v ?? (() => {}) }),
  'predictNext(model)': v => text.predictNext(v, field, 'a'),
  'predictNext(field)': v => text.predictNext(model, v, 'a'),
  'predictNext(prompt)': v => text.predictNext(model, field, v, { onUnknown() {} }),
  'predictNext(options)': v => text.predictNext(model, field, 'a', v),
  'LanguageModelData.fromTextFiles(path)': v =>
    text.LanguageModelData.fromTextFiles(v, new Field(), {
      train: 'nowhere',
      validation: 'nowhere',
    }),
  'LanguageModelData.fromTextFiles(options)': v =>
    text.LanguageModelData.fromTextFiles('nowhere', new Field(), v),
  'LanguageModelData.fromTexts(texts)': v => text.LanguageModelData.fromTexts(v, new Field()),
  'LanguageModelData.fromTexts(train)': v =>
    text.LanguageModelData.fromTexts({ train: v, validation: 'a b' }, new Field(), { bs: 1 }),
  'LanguageModelData.fromTexts(field)': v =>
    text.LanguageModelData.fromTexts({ train: 'a b', validation: 'a b' }, v, { bs: 1 }),
  'LanguageModelData.fromTexts(options)': v =>
    text.LanguageModelData.fromTexts({ train: 'a b', validation: 'a b' }, new Field(), v),
  'new LanguageModelLoader(ids)': v => new text.LanguageModelLoader(v),
  'new LanguageModelLoader(options)': v => new text.LanguageModelLoader(new Int32Array(500), v),
  'new LanguageModelLoader(generator)': v =>
    new text.LanguageModelLoader(new Int32Array(500), { generator: v }),
  'new LanguageModelLoader(compat)': v =>
    new text.LanguageModelLoader(new Int32Array(50000), { compat: v }),
  'loader.restore(value)': v =>
    new text.LanguageModelLoader(new Int32Array(500), { seed: 1 }).restore(v),
  'exportLanguageModel(path)': v =>
    text.exportLanguageModel(v === 'x' ? ('' as never) : v, model, field),
  'exportLanguageModel(model)': v => text.exportLanguageModel('', v, field),
  'exportLanguageModel(field)': v => text.exportLanguageModel('', model, v),
  'loadLanguageModel(input)': v => text.loadLanguageModel(v),
  'loadLanguageModel(options)': v => text.loadLanguageModel('nowhere', v),
  'sample(scores)': v => text.sample(v, new Generator(1)),
  'sample(generator)': v => text.sample([1, 2], v),
  'sample(options)': v => text.sample([1, 2], new Generator(1), v),
  'sample(banned)': v => text.sample([1, 2], new Generator(1), { banned: v }),
  'swapNoise(loader)': v => text.swapNoise(v),
  'swapNoise(options)': v => text.swapNoise(new text.LanguageModelLoader(new Int32Array(500)), v),
  'swapNoise(generator)': v =>
    text.swapNoise(new text.LanguageModelLoader(new Int32Array(500)), { generator: v }),
  'chars(value)': v => [...chars(v)],
  'words(value)': v => [...text.words(v)],
  'Vocab.build(counts)': v => text.Vocab.build(v),
  'Vocab.build(options)': v => text.Vocab.build({ a: 1 }, v),
  'Vocab.build(specials)': v => text.Vocab.build({ a: 1 }, { specials: v }),
  'Vocab.fromJSON(value)': v => text.Vocab.fromJSON(v),
  'vocab.index(value)': v => field.vocab.index(v),
  'vocab.token(value)': v => field.vocab.token(v),
}

answersInWords(CALLS)

it('covers every function and class that is exported', () => {
  const names = Object.entries(text).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  )
  const called = Object.keys(CALLS).join(' ')
  expect(names.filter(name => !called.includes(name) && name !== 'Vocab')).toEqual([])
})
