/** Where the text comes from. */
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DlError } from '@dl/core'
import { datasets, files, splitRows } from '@dl/data'
import { type Field, LanguageModelData } from '@dl/text'

type LoaderOptions = { bs: number; bptt: number; minFreq: number; seed: number }

export interface Corpus {
  name: string
  data: LanguageModelData
}

/** What part of the rows is kept for validation where a corpus does not say. */
const HELD_OUT = 0.2

/** Without a name: Nietzsche where it can be had, else what is in every install. */
export async function loadCorpus(
  name: string | null,
  field: Field,
  options: LoaderOptions,
  say: (text: string) => void,
): Promise<Corpus> {
  if (name === 'embedded') return embedded(field, options)
  if (name === 'nietzsche' || name === 'shakespeare') {
    const { train, validation } = await datasets[name]()
    return { name, data: LanguageModelData.fromTexts({ train, validation }, field, options) }
  }
  if (name !== null) return fromPath(name, field, options)
  try {
    return await loadCorpus('nietzsche', field, options, say)
  } catch (error) {
    if (!DlError.is(error)) throw error
    say(`${error.message}\nTraining on the TypeScript library's declaration files instead.\n`)
    return embedded(field, options)
  }
}

/** A folder with trn/ and val/, a folder of files, or a file. */
async function fromPath(path: string, field: Field, options: LoaderOptions): Promise<Corpus> {
  const [train, validation] = [files.join(path, 'trn'), files.join(path, 'val')]
  if ((await files.exists(train)) && (await files.exists(validation))) {
    const splits = { train: 'trn', validation: 'val' }
    const data = await LanguageModelData.fromTextFiles(path, field, { ...splits, ...options })
    return { name: path, data }
  }
  const texts: string[] = []
  for (const file of await files.list(path)) texts.push(await files.readText(file))
  return { name: path, data: held(texts.join('\n'), field, options) }
}

/** The ECMAScript part of lib.*.d.ts, about the size of a book. */
async function embedded(field: Field, options: LoaderOptions): Promise<Corpus> {
  const folder = dirname(createRequire(import.meta.url).resolve('typescript'))
  const names = (await readdir(folder)).filter(name => /^lib\.es(5|20\d\d\..+)\.d\.ts$/.test(name))
  const texts = await Promise.all(names.sort().map(name => readFile(join(folder, name), 'utf8')))
  return { name: 'embedded', data: held(texts.join('\n'), field, options) }
}

function held(text: string, field: Field, options: LoaderOptions): LanguageModelData {
  const [train, validation] = splitRows(text, { fraction: 1 - HELD_OUT })
  return LanguageModelData.fromTexts({ train, validation }, field, options)
}
