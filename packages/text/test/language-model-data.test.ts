import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chars, Field, LanguageModelData } from '@dl/text'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-text-'))
  await mkdir(join(folder, 'trn'))
  await mkdir(join(folder, 'none'))
  await writeFile(join(folder, 'trn', 'b.txt'), 'bbbb')
  await writeFile(join(folder, 'trn', 'a'), 'aaa')
  await writeFile(join(folder, 'val.txt'), 'abcabc')
  await writeFile(join(folder, 'empty.txt'), '')
  await writeFile(join(folder, 'latin1.txt'), Uint8Array.of(0x61, 0xe6))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const field = () => new Field({ lower: true, tokenize: chars })

describe('LanguageModelData', () => {
  it('reads folders in order of names, one <eos> a file, vocabulary from training alone', async () => {
    const text = field()
    const data = await LanguageModelData.fromTextFiles(folder, text, {
      train: 'trn',
      validation: 'val.txt',
      test: 'trn/a',
      bs: 1,
      bptt: 20,
    })
    expect(text.vocab.itos).toEqual(['<unk>', '<pad>', 'b', 'a', '<eos>'])
    expect(data.nt).toBe(5)
    expect(data.tokens).toEqual({ train: 9, validation: 7, test: 4 })
    for await (const { inputs, target } of data.validation) {
      expect([...(await inputs[0]!.data())]).toEqual([3, 2, 0, 3, 2, 0])
      inputs[0]!.dispose()
      target.dispose()
    }
    expect(data.test!.length).toBe(1)
    expect(data.train.rows).toBe(9)
  })

  it('takes texts from memory', () => {
    const data = LanguageModelData.fromTexts({ train: ['ab', 'c'], validation: 'abc' }, field(), {
      bs: 1,
      minFreq: 2,
    })
    expect(data.tokens).toEqual({ train: 5, validation: 4 })
    expect(data.nt).toBe(3)
    expect(data.test).toBeUndefined()
  })

  it('takes a data set as it is', () => {
    const [name, source, origin] = ['nietzsche', 'DL_DATA', 'Gutenberg'] as const
    const texts = { name, source, origin, train: 'abc', validation: 'abc' }
    expect(LanguageModelData.fromTexts(texts, field(), { bs: 1 }).tokens.train).toBe(4)
  })

  it('varies lengths in training, not in validation, and repeats itself from a seed', () => {
    const text = 'to be or not to be '.repeat(200)
    const make = () =>
      LanguageModelData.fromTexts({ train: text, validation: text }, field(), {
        bs: 2,
        bptt: 10,
        seed: 3,
      })
    const [a, b] = [make(), make()]
    expect(a.validation.length).toBe(Math.ceil(1899 / 10))
    const epochs = [0, 1, 2, 3].map(epoch => {
      for (const data of [a, b]) data.train.restore({ epoch })
      expect(a.train.length).toBe(b.train.length)
      return a.train.length
    })
    expect(new Set(epochs).size).toBeGreaterThan(1)
  })

  it.each([
    [{ train: 'trn', validation: 'empty.txt' }, /empty\.txt is empty; expected at least one char/],
    [{ train: 'none', validation: 'val.txt' }, /the folder .*none holds no files/],
    [{ train: 'nowhere', validation: 'val.txt' }, /nowhere does not exist/],
    [{ train: 'latin1.txt', validation: 'val.txt' }, /latin1\.txt is not UTF-8/],
    [
      { train: 'trn', validation: 'val.txt', bs: 4 },
      /the validation text has 7 tokens, too few for bs 4 and bptt 70; expected at least 8\./,
    ],
  ])('refuses %j', async (options, message) => {
    await expect(
      LanguageModelData.fromTextFiles(folder, field(), { bs: 1, ...options }),
    ).rejects.toThrow(message)
  })

  it('refuses an empty text before it makes a vocabulary', () => {
    const text = field()
    expect(() => LanguageModelData.fromTexts({ train: ['a', ''], validation: 'b' }, text)).toThrow(
      'the train text number 1 is empty',
    )
    expect(text.hasVocab).toBe(false)
  })
})

const root = process.env.DL_DATA

describe('the lesson', () => {
  beforeEach(ctx => {
    ctx.skip(!root, 'DL_DATA names no folder with nietzsche/')
  })

  it('prints 963 batches, 56 tokens, 493,747 tokens in one text', async () => {
    const text = field()
    const data = await LanguageModelData.fromTextFiles(join(root!, 'nietzsche/lesson'), text, {
      train: 'trn',
      validation: 'val',
      test: 'val',
      bs: 64,
      bptt: 8,
      minFreq: 3,
      seed: 42,
    })
    expect([data.train.nominalLength, data.nt, data.tokens.train]).toEqual([963, 56, 493_747])
    expect([data.train.rows, data.train.droppedTokens]).toEqual([7714, 493_747 - 64 * 7714])
    expect([data.tokens.validation, data.validation.rows]).toEqual([107_148, 1674])
    expect(data.validation.nominalLength).toBe(208)
    expect(data.validation.length).toBe(Math.ceil(1673 / 8))
    expect(text.vocab.itos.join(' ')).toBe(
      '<unk> <pad>   e t i a o n s r h l d c u f m \n p g , y w b v - . " k x ; : q j ! ? ( ) \' z 1 2 = _ 3 [ ] 5 4 6 8 7 9 0 ä',
    )
    expect(Math.abs(data.train.length - 921)).toBeLessThan(50)
    expect([...text.encode('Æ')]).toEqual([0])
  })
})
