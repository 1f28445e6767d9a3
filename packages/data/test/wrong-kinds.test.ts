/** Whatever plain JavaScript hands over, the answer is a DlError or a result, never a TypeError. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as data from '@dl/data'
import {
  ArrayDataset,
  type Batch,
  dataLoader,
  encodeSafetensors,
  files,
  fromStream,
} from '@dl/data'
import { dispose, type Tensor, type TensorContainer, tensor1d } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { answersInWords, type Call } from '../../../scripts/wrong-kinds'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-'))
  vi.stubEnv('DL_CACHE', folder)
  vi.stubEnv('DL_DATA', '')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const squares = { length: 4, get: (i: number) => ({ inputs: [[i]], target: [i * i] }) }
const stored = { w: { dtype: 'F32', shape: [1], data: Float32Array.of(1) } } as const
const file = { url: 'nowhere:x', sha256: '0'.repeat(64), name: 'x' }
/** Texts as paths lead into the temporary folder. */
const inFolder = (value: unknown) =>
  (typeof value === 'string' ? join(folder, 'written', value) : value) as string

/** One step of a loader. */
async function step(loader: AsyncIterable<unknown>) {
  for await (const batch of loader) {
    if ((batch as Batch)?.target) dispose(batch as TensorContainer)
    return
  }
}
/** With a tensor that is freed after. */
async function withTensor(use: (one: Tensor) => unknown) {
  const one = tensor1d([1])
  try {
    return await use(one)
  } finally {
    one.dispose()
  }
}
/** A call for each of an object's options, the others being right. */
const each = (owner: string, right: object, names: string[], call: (options: never) => unknown) =>
  Object.fromEntries(
    names.map(name => [
      `${owner}(${name})`,
      (value: unknown) => call({ ...right, [name]: value } as never),
    ]),
  )

const LOADER = ['bs', 'shuffle', 'seed', 'generator', 'dropLast', 'layout']
const example = { inputs: [[1, 2]], target: [1, 2] }
const wanted = { kind: 'k', parts: [] }

/** Each argument of each export, the others being right. */
const CALLS: Record<string, Call> = {
  'new ArrayDataset(value)': v => new ArrayDataset(v),
  ...each('new ArrayDataset', example, ['inputs', 'target'], v => new ArrayDataset(v).get(0)),
  'new ArrayDataset(inputs[0])': v => new ArrayDataset({ ...example, inputs: [v] }),
  'new ArrayDataset(data)': v => new ArrayDataset({ ...example, target: { data: v, shape: [2] } }),
  'new ArrayDataset(shape)': v =>
    new ArrayDataset({ ...example, target: { data: Int32Array.of(1, 2), shape: v } }),
  'new ArrayDataset(shape[0])': v =>
    new ArrayDataset({ ...example, target: { data: Int32Array.of(1, 2), shape: [v, 1] } }),
  'arrayDataset.get(value)': v => new ArrayDataset(example).get(v),
  'dataLoader(dataset)': v => step(dataLoader(v)),
  'dataLoader(options)': v => step(dataLoader(squares, v)),
  ...each('dataLoader', { shuffle: true }, LOADER, v => step(dataLoader(squares, v))),
  'dataLoader(collate)': v => step(dataLoader(squares, { collate: v })),
  'dataLoader(length)': v => step(dataLoader({ ...squares, length: v })),
  'dataLoader(get)': v => step(dataLoader({ ...squares, get: v })),
  'dataLoader(item)': v => step(dataLoader({ length: 1, get: () => v })),
  'dataLoader(thrown)': v =>
    step(
      dataLoader({
        length: 1,
        get() {
          throw v
        },
      }),
    ),
  ...each('dataLoader item', example, ['inputs', 'target'], item =>
    step(dataLoader({ length: 1, get: () => item })),
  ),
  'loader.restore(value)': v => dataLoader(squares, { shuffle: true, seed: 1 }).restore(v),
  'loader.restore(random)': v =>
    dataLoader(squares, { shuffle: true, seed: 1 }).restore({ epoch: 1, random: v }),
  'loader.skip(value)': v => dataLoader(squares).skip!(v),
  'disposeBatch(value)': v => data.disposeBatch(v),
  ...each('disposeBatch', {}, ['inputs'], v =>
    withTensor(target => data.disposeBatch({ ...(v as object), target } as never)),
  ),
  'disposeBatch(inputs[0])': v =>
    withTensor(target => data.disposeBatch({ inputs: [v], target, items: 1 })),
  'disposeBatch(target)': v =>
    withTensor(one => data.disposeBatch({ inputs: [one], target: v, items: 1 })),
  'download(value)': v => data.download(v),
  'downloadBytes(value)': v => data.downloadBytes(v),
  ...each('download', file, Object.keys(file), v => data.download(v)),
  ...each('downloadBytes', file, Object.keys(file), v => data.downloadBytes(v)),
  'encodeModelFile(value)': v => data.encodeModelFile(v),
  ...each(
    'encodeModelFile',
    { ...wanted, parts: {}, tensors: {} },
    ['kind', 'parts', 'tensors'],
    v => data.encodeModelFile(v),
  ),
  'encodeModelFile(part)': v => data.encodeModelFile({ kind: 'k', parts: { a: v }, tensors: {} }),
  'encodeModelFile(tensor)': v => data.encodeModelFile({ kind: 'k', parts: {}, tensors: { a: v } }),
  'saveModelFile(path)': v =>
    data.saveModelFile(inFolder(v), { kind: 'k', parts: {}, tensors: {} }),
  'saveModelFile(file)': v => data.saveModelFile(join(folder, 'model'), v),
  'readModelFile(input)': v => data.readModelFile(v, wanted),
  'readModelFile(wanted)': async v => data.readModelFile(await modelFile(), v),
  ...each('readModelFile', wanted, ['kind', 'parts'], async v =>
    data.readModelFile(await modelFile(), v),
  ),
  'fileKind(value)': v => data.fileKind(v),
  'readInput(value)': v => data.readInput(v),
  'readInput(what)': v => data.readInput('', v),
  'files.join(folder)': v => files.join(v, 'x'),
  'files.join(name)': v => files.join('x', v),
  'files.list(value)': v => files.list(inFolder(v)),
  'files.folders(value)': v => files.folders(inFolder(v)),
  'files.exists(value)': v => files.exists(v),
  'files.chunks(path)': async v => {
    for await (const chunk of files.chunks(v)) return chunk
    return null
  },
  'files.stamp(path)': v => files.stamp(v),
  'files.isWithin(folder)': v => files.isWithin(v, 'x'),
  'files.isWithin(path)': v => files.isWithin(folder, v),
  'files.readBytes(path)': v => files.readBytes(v),
  'files.readBytes(most)': v => files.readBytes(import.meta.filename, v),
  'files.readText(value)': v => files.readText(v),
  'files.writeAtomic(path)': v => files.writeAtomic(inFolder(v), 'x'),
  'files.writeAtomic(content)': v => files.writeAtomic(join(folder, 'content'), v),
  'files.append(path)': v => files.append(inFolder(v), 'x'),
  'files.append(content)': v => files.append(join(folder, 'added'), v),
  'files.cacheFolder(value)': v => (files.cacheFolder as Call)(v),
  'files.env(value)': v => files.env(v),
  'files.sha256(value)': v => (files.sha256 as Call)(v),
  'files.sha256().update(value)': v => files.sha256().update(v),
  'fromStream(value)': v => step(fromStream(v)),
  'fromStream(options)': v => step(fromStream([example], v)),
  ...each('fromStream', {}, ['bs', 'dropLast', 'layout', 'length'], v =>
    step(fromStream([example], v)),
  ),
  'fromStream(opened)': v => step(fromStream(() => v)),
  'fromStream(item)': v => step(fromStream([v])),
  // a function of the right name has to keep the protocol
  'fromStream(iterator)': v =>
    typeof v === 'function' || step(fromStream({ [Symbol.asyncIterator]: v })),
  'fromStream(getReader)': v =>
    typeof v === 'function' || step(fromStream({ getReader: v } as never)),
  'stream.restore(value)': v => fromStream([example]).restore(v),
  'splitRows(text)': v => data.splitRows(v, { rows: 0 }),
  'splitRows(at)': v => data.splitRows('a\nb', v),
  ...each('splitRows', {}, ['rows', 'fraction'], v => data.splitRows('a\nb', v)),
  'decodePyTorch(bytes)': v => data.decodePyTorch(v),
  'decodePyTorch(name)': v => data.decodePyTorch(new Uint8Array(3), v),
  'readPyTorch(input)': v => data.readPyTorch(v),
  'decodeSafetensors(bytes)': v => data.decodeSafetensors(v),
  'decodeSafetensors(name)': v => data.decodeSafetensors(new Uint8Array(3), v),
  'encodeSafetensors(tensors)': v => encodeSafetensors(v),
  'encodeSafetensors(tensor)': v => encodeSafetensors({ w: v }),
  ...each('encodeSafetensors', stored.w, Object.keys(stored.w), w => encodeSafetensors({ w })),
  'encodeSafetensors(shape[0])': v => encodeSafetensors({ w: { ...stored.w, shape: [v] } }),
  'encodeSafetensors(metadata)': v => encodeSafetensors({}, v),
  'encodeSafetensors(metadata.a)': v => encodeSafetensors({}, { a: v }),
  'readSafetensors(value)': v => data.readSafetensors(v),
  'writeSafetensors(path)': v => data.writeSafetensors(inFolder(v), stored),
  'writeSafetensors(tensors)': v => data.writeSafetensors(join(folder, 'w'), v),
  'writeSafetensors(metadata)': v => data.writeSafetensors(join(folder, 'w'), stored, v),
  'loadTensors(value)': v => data.loadTensors(v),
  'saveTensors(path)': v => withTensor(one => data.saveTensors(inFolder(v), { one })),
  'saveTensors(tensors)': v => data.saveTensors(join(folder, 't'), v),
  'saveTensors(tensor)': v => data.saveTensors(join(folder, 't'), { one: v }),
  'saveTensors(metadata)': v => withTensor(one => data.saveTensors(join(folder, 't'), { one }, v)),
  'encodeTensors(tensors)': v => data.encodeTensors(v),
  'encodeTensors(tensor)': v => data.encodeTensors({ one: v }),
  'encodeTensors(metadata)': v => withTensor(one => data.encodeTensors({ one }, v)),
  'decodeTensors(bytes)': v => data.decodeTensors(v),
  'decodeTensors(name)': v => data.decodeTensors(encodeSafetensors({}), v),
  'storedOf(tensors)': v => data.storedOf(v),
  'tensorsOf(path)': v => data.tensorsOf(v, {}),
  'tensorsOf(stored)': v => data.tensorsOf('x', v),
  'fileStorage(value)': v => (data.fileStorage as Call)(v),
  'fileStorage().read(path)': v => data.fileStorage().read(inFolder(v)),
  'fileStorage().write(path)': v => data.fileStorage().write(inFolder(v), new Uint8Array(1)),
  'fileStorage().write(bytes)': v => data.fileStorage().write(join(folder, 'bytes'), v),
  'fileStorage().list(prefix)': v => data.fileStorage().list(inFolder(v)),
  'fileStorage().remove(path)': v => data.fileStorage().remove(inFolder(v)),
  'memoryStorage(value)': v => (data.memoryStorage as Call)(v),
  'memoryStorage().read(path)': v => data.memoryStorage().read(v),
  'memoryStorage().write(path)': v => data.memoryStorage().write(v, new Uint8Array(1)),
  'memoryStorage().write(bytes)': v => data.memoryStorage().write('x', v),
  'memoryStorage().list(prefix)': v => data.memoryStorage().list(v),
  'memoryStorage().remove(path)': v => data.memoryStorage().remove(v),
  // a page's
  'opfsStorage(value)': v => (data.opfsStorage as Call)(v),
  'indexedDbStorage(name)': v => data.indexedDbStorage(v),
  'subset(dataset)': v => data.subset(v, [0]).get(0),
  'subset(indices)': v => data.subset(squares, v),
  'subset().get(value)': v => data.subset(squares, [0]).get(v),
  'randomSplit(dataset)': v => data.randomSplit(v, 0.5, 1),
  'randomSplit(length)': v => data.randomSplit({ ...squares, length: v }, 0.5, 1),
  'randomSplit(heldOut)': v => data.randomSplit(squares, v, 1),
  'randomSplit(seed)': v => data.randomSplit(squares, 0.5, v),
  'take(loader)': v => step(data.take(v, 1)),
  'take(batches)': v => step(data.take(dataLoader(squares), v)),
  'int32(value)': v => data.int32(v),
  'windows(ids)': v => data.windows(v, { size: 1 }).get(0),
  'windows(options)': v => data.windows([1, 2, 3], v),
  ...each('windows', { size: 1 }, ['size', 'stride', 'target'], v => data.windows([1, 2, 3], v)),
  'windows().get(value)': v => data.windows([1, 2, 3], { size: 1 }).get(v),
}

const modelFile = () => data.encodeModelFile({ kind: 'k', parts: {}, tensors: {} })

answersInWords(CALLS)

it('a download that cannot be right is refused before a folder is made', async () => {
  const wrong = { ...file, name: 'early/x', sha256: 'x' }
  await expect(data.download(wrong)).rejects.toThrow(
    'sha256 is "x"; expected 64 hexadecimal digits',
  )
  expect(await files.exists(join(folder, 'early'))).toBe(false)
})

it('a sum so far is given more than once', async () => {
  const sum = files.sha256()
  const none = await sum.digest()
  expect(await sum.digest()).toBe(none)
  sum.update(Uint8Array.of(1))
  expect(await sum.digest()).not.toBe(none)
})

it('misspelt names are told with the near one', async () => {
  for (const [call, near] of [
    [() => new ArrayDataset({ ...example, targets: [1] } as never), 'target'],
    [() => dataLoader(squares, { shufle: true } as object), 'shuffle'],
    [() => fromStream([], { droplast: true } as object), 'dropLast'],
    [() => data.windows([1, 2], { size: 1, strid: 1 } as never), 'stride'],
    [() => data.splitRows('a', { row: 1 } as never), 'rows'],
    [() => data.download({ ...file, sha265: '' } as never), 'sha256'],
    [() => data.downloadBytes({ ...file, nam: '' } as never), 'name'],
    [() => data.readModelFile('x', { ...wanted, part: [] } as never), 'parts'],
    [() => data.encodeModelFile({ ...wanted, tensor: {} } as never), 'tensors'],
  ] as const) {
    await expect((async () => call())()).rejects.toThrow(`Did you mean ${near}?`)
  }
})

it('covers every function, class and method that is exported', () => {
  const names = Object.entries(data).flatMap(([name, value]) =>
    typeof value === 'function'
      ? [`${name}(`]
      : // datasets.* take no arguments and download
        name === 'datasets'
        ? []
        : Object.keys(value).map(method => `${name}.${method}(`),
  )
  const called = Object.keys(CALLS).map(name => name.replace('new ', ''))
  expect(names.filter(name => !called.some(call => call.startsWith(name)))).toEqual([])
})
