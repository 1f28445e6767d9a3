import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DlError } from '@dl/core'
import {
  encodeModelFile,
  encodeSafetensors,
  type FileInput,
  readInput,
  readModelFile,
  saveModelFile,
} from '@dl/data'
import { dispose, tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-model-file-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const wanted = { kind: 'image-classifier', parts: ['recipe', 'classes'] }
const parts = { recipe: { name: 'net', options: { widths: [1, 2], deep: null } }, classes: ['a'] }

async function bytesOf(own: object = parts, kind = 'image-classifier'): Promise<Uint8Array> {
  const weight = tensor([[1, 2]])
  try {
    return await encodeModelFile({ kind, parts: { ...own }, tensors: { weight } })
  } finally {
    weight.dispose()
  }
}

/** The message with its code of what reading it throws. */
async function complaint(input: FileInput): Promise<string> {
  try {
    dispose((await readModelFile(input, wanted)).tensors as Record<string, never>)
    return 'none'
  } catch (error) {
    return DlError.is(error) ? `${error.code}: ${error.message}` : `no DlError: ${error}`
  }
}

const metadata = (own: Record<string, string>) => encodeSafetensors({}, own)

describe('a model file', () => {
  it('gives back what it was given, from a path, a URL, a Blob and bytes', async () => {
    const path = join(folder, 'deep', 'net.safetensors')
    const weight = tensor([[1, 2]])
    await saveModelFile(path, { kind: 'image-classifier', parts, tensors: { weight } })
    weight.dispose()
    const bytes = await bytesOf()
    const { buffer, byteOffset, byteLength } = bytes
    const inputs = [
      ...[path, pathToFileURL(path), pathToFileURL(path).href],
      ...[bytes, buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer],
      ...[new Blob([bytes as Uint8Array<ArrayBuffer>]), new File([bytes as never], 'net')],
      `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`,
    ]
    for (const input of inputs) {
      const read = await readModelFile(input, wanted)
      expect(read.parts).toEqual(parts)
      expect([...(await read.tensors.weight!.data())]).toEqual([1, 2])
      dispose(read.tensors as Record<string, never>)
    }
  })

  it('says what a file lacks to be one', async () => {
    const whole = { format: '@dl/model', version: '1', kind: 'image-classifier' }
    const { recipe } = parts
    expect(await complaint(metadata({}))).toBe(
      'bad-model-file: the bytes is a safetensors file, but no exported model; expected one that export wrote. ' +
        'Weights alone are loaded into a model that you build: model.loadStateDict((await loadTensors(path)).tensors).',
    )
    expect(await complaint(metadata({ ...whole, version: '2' }))).toBe(
      'bad-model-file: the bytes has version 2 of the format; expected version 1, the one this program knows. ' +
        'Bring the packages of @dl to the version that wrote it, or export it anew.',
    )
    expect(await complaint(await bytesOf(parts, 'language-model'))).toBe(
      'bad-model-file: the bytes holds a model of the kind language-model; expected one of the kind image-classifier. Export it anew.',
    )
    expect(await complaint(await bytesOf({ recipe }))).toBe(
      'bad-model-file: the bytes has no classes; expected recipe, classes beside the weights. Export it anew.',
    )
    expect(await complaint(metadata({ ...whole, recipe: '{"name":' }))).toMatch(
      /^bad-model-file: the bytes has a damaged recipe \(.+\); expected JSON/,
    )
    const bytes = await bytesOf()
    expect(await complaint(bytes.subarray(0, bytes.length - 3))).toMatch(/^bad-safetensors: /)
    expect(await complaint(join(folder, 'none'))).toMatch(/^not-found: /)
  })

  it.each<[string, object]>([
    ['recipe.options.block is a function', { recipe: { options: { block: () => 1 } } }],
    ['recipe[1] is NaN', { recipe: [1, Number.NaN] }],
    ['classes is a Map', { classes: new Map() }],
    ['classes[0] is undefined', { classes: [undefined] }],
  ])('refuses to store what JSON would change: %s', async (problem, own) => {
    await expect(bytesOf(own)).rejects.toThrow(`${problem}; expected plain JSON`)
  })
})

describe('readInput', () => {
  it.each<[string, unknown]>([
    ['undefined', 'the undefined undefined'],
    ['a number', 'the number 3'],
    ['an empty text', 'an empty text'],
    ['a record', 'a value of the kind Object'],
    ['a function', 'the function now'],
  ])('refuses %s', async (kind, shown) => {
    const values: Record<string, unknown> = {
      'a number': 3,
      'an empty text': '',
      'a record': {},
      'a function': Date.now,
    }
    await expect(readInput(values[kind] as never, 'a picture')).rejects.toThrow(
      `a picture was asked for, and there is ${shown}; expected a path, a URL, a Blob`,
    )
  })

  it('names files as messages want it', async () => {
    const path = join(folder, 'x')
    await writeFile(path, 'x')
    const names = [path, new Blob([]), new File([], 'cat.jpg'), new Uint8Array(0)]
    const found = await Promise.all(names.map(async input => (await readInput(input)).name))
    expect(found).toEqual([path, 'the Blob', 'cat.jpg', 'the bytes'])
  })
})
