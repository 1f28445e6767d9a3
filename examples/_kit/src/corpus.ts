/** Where the text comes from. */
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DlError } from '@dl/core'
import { datasets, files, splitRows } from '@dl/data'

/** A text, and the part of it that is kept to judge by. */
export interface Corpus {
  name: string
  train: string
  validation: string
}

/** What part of the rows is kept for validation where a corpus does not say. */
const HELD_OUT = 0.2

/** Without a name: Nietzsche where it can be had, else what is in every install. */
export async function loadCorpus(
  name: string | null,
  say: (text: string) => void,
): Promise<Corpus> {
  if (name === 'embedded') return embedded()
  if (name === 'nietzsche' || name === 'shakespeare') return known(name, say)
  if (name !== null) return fromPath(name)
  try {
    return await known('nietzsche', say)
  } catch (error) {
    if (!DlError.is(error)) throw error
    say(`${error.message}\nTraining on the TypeScript library's declaration files instead.\n`)
    return embedded()
  }
}

/** Of the texts that @dl/data knows, and where it was found this time. */
async function known(name: 'nietzsche' | 'shakespeare', say: (text: string) => void) {
  const { source, ...corpus } = await datasets[name]()
  say(
    `${name}: ${{ DL_DATA: 'from DL_DATA', cache: 'kept from before', download: 'downloaded' }[source]}\n`,
  )
  return corpus
}

/** A folder with trn/ and val/, a folder of files, or a file. */
async function fromPath(path: string): Promise<Corpus> {
  const [train, validation] = [files.join(path, 'trn'), files.join(path, 'val')]
  if ((await files.exists(train)) && (await files.exists(validation))) {
    return { name: path, train: await readAll(train), validation: await readAll(validation) }
  }
  return cut(path, await readAll(path))
}

async function readAll(path: string): Promise<string> {
  const texts: string[] = []
  for (const file of await files.list(path)) texts.push(await files.readText(file))
  return texts.join('\n')
}

/** The ECMAScript part of lib.*.d.ts, about the size of a book. */
async function embedded(): Promise<Corpus> {
  const folder = dirname(createRequire(import.meta.url).resolve('typescript'))
  const names = (await readdir(folder)).filter(name => /^lib\.es(5|20\d\d\..+)\.d\.ts$/.test(name))
  const texts = await Promise.all(names.sort().map(name => readFile(join(folder, name), 'utf8')))
  return cut('embedded', texts.join('\n'))
}

function cut(name: string, text: string): Corpus {
  const [train, validation] = splitRows(text, { fraction: 1 - HELD_OUT })
  return { name, train, validation }
}
