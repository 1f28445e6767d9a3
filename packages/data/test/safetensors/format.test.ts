import { readFile } from 'node:fs/promises'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '@dl/data'
import { describe, expect, it } from 'vitest'

const fixture = new URL('../fixtures/python.safetensors', import.meta.url)

/** A file with this header and so many bytes of data. */
function fileOf(header: unknown, dataLength: number): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  )
  const bytes = new Uint8Array(8 + text.length + dataLength)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const F = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'

const f32 = (begin: number, end: number) => ({
  dtype: 'F32',
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
})

describe('decodeSafetensors', () => {
  it('reads a file that Python wrote', async () => {
    const { tensors, metadata } = decodeSafetensors(await readFile(fixture))
    expect(metadata).toEqual({ 'made by': 'safetensors for Python', epoch: '3' })
    expect(tensors).toEqual({
      weight: { dtype: 'F32', shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
      scalar: { dtype: 'F32', shape: [], data: Float32Array.of(-1.5) },
      empty: { dtype: 'F32', shape: [0, 3], data: new Float32Array() },
      double: { dtype: 'F64', shape: [2], data: Float64Array.of(1 / 3, -2) },
      half: {
        dtype: 'F16',
        shape: [6],
        data: Uint16Array.of(0x3e00, 0xb400, 0x7bff, 0x0001, 0x7c00, 0x7e00),
      },
      steps: { dtype: 'I64', shape: [2], data: BigInt64Array.of(7n, -7n) },
      ids: { dtype: 'I32', shape: [2, 2], data: Int32Array.of(1, 2, 3, -4) },
      bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 255, 3) },
      mask: { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) },
      'æ.weight': { dtype: 'I16', shape: [1], data: Int16Array.of(1) },
    })
  })

  it('reads data at an address that does not suit its type', () => {
    const bytes = fileOf(`${JSON.stringify({ a: f32(0, 8) })} `, 8)
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    for (const file of [bytes, shifted.subarray(1)]) {
      expect(decodeSafetensors(file).tensors.a).toEqual({
        dtype: 'F32',
        shape: [2],
        data: new Float32Array(2),
      })
    }
  })

  it.each([
    ['too short', new Uint8Array(7), 'it has 7 bytes; expected at least 8'],
    ['cut off in the header', fileOf({ a: f32(0, 4) }, 0).subarray(0, 20), 'at most 12'],
    [
      'no safetensors',
      new Uint8Array(100).fill(255),
      'its header is said to have 1844674407370955',
    ],
    ['no JSON', fileOf('{"a":', 0), 'its header is no JSON'],
    ['a list', fileOf([], 0), 'its header is []; expected a JSON object'],
    ['no entry', fileOf({ a: null }, 0), 'a has dtype missing; expected one of F64, I64'],
    ['a dtype', fileOf({ a: { ...f32(0, 4), dtype: 'F8' } }, 4), 'a has dtype "F8"'],
    [
      'a shape',
      fileOf({ a: { ...f32(0, 4), shape: [-1] } }, 4),
      'a has shape [-1]; expected a list',
    ],
    ['offsets', fileOf({ a: { ...f32(0, 4), data_offsets: [0] } }, 4), 'a has data_offsets [0]'],
    [
      'a size',
      fileOf({ a: { ...f32(0, 8), shape: [3] } }, 8),
      'a (F32 of shape [3]) has bytes 0 to 8; expected 12 bytes',
    ],
    [
      'an overlap',
      fileOf({ a: f32(0, 8), b: f32(4, 12) }, 12),
      'b begins at byte 4 of the data; expected byte 8',
    ],
    [
      'a hole',
      fileOf({ a: f32(0, 4), b: f32(8, 12) }, 12),
      'b begins at byte 8 of the data; expected byte 4',
    ],
    ['cut off in the data', fileOf({ a: f32(0, 8) }, 7), 'it has 7 bytes of data; expected 8'],
    ['a byte too many', fileOf({ a: f32(0, 8) }, 9), 'it has 9 bytes of data; expected 8'],
    [
      'metadata',
      fileOf({ __metadata__: { a: 1 } }, 0),
      '__metadata__ is {"a":1}; expected a record',
    ],
    ['a name twice', fileOf(`{"a":${F},"\\u0061":${F}}`, 4), '"a" is given twice at character'],
    ['a field twice', fileOf('{"a":{"dtype":"F32","dtype":"F32"}}', 0), '"dtype" is given twice'],
    ['a byte order mark', fileOf(`\ufeff{"a":${F}}`, 4), 'its header is no JSON'],
    ['half a pair', fileOf(`{"\\ud800":${F}}`, 4), 'a text holds half a surrogate pair'],
    [
      '-0',
      fileOf('{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}', 0),
      '2⁵³ − 1, written',
    ],
    ['1.0', fileOf('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4), 'has shape [1]'],
    [
      'a size beyond 2⁵³',
      fileOf('{"a":{"dtype":"F32","shape":[9007199254740993,0],"data_offsets":[0,0]}}', 0),
      'integers from 0 to 2⁵³ − 1',
    ],
    [
      'more elements than 64 bits count',
      fileOf('{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}', 0),
      'expected fewer than 2⁶⁴ elements',
    ],
    ['deep lists', fileOf(`{"a":${'['.repeat(100_000)}`, 0), 'it nests more than 127 deep'],
    ['deep objects', fileOf('{"a":'.repeat(100_000), 0), 'it nests more than 127 deep'],
    [
      'a deep shape',
      fileOf(`{"a":{"dtype":"F32","shape":${'['.repeat(99)}${']'.repeat(99)}}}`, 0),
      'has shape [[["…"]]]',
    ],
  ])('refuses %s', (_, bytes, message) => {
    const decode = () => decodeSafetensors(bytes, 'some.safetensors')
    expect(decode).toThrow('some.safetensors is no valid safetensors file: ')
    expect(decode).toThrow(message)
  })
})

describe('decodeSafetensors, as the reference implementation', () => {
  it('takes null for no metadata, fields it does not know, and space around', () => {
    const header = `\n {"__metadata__":null, "a": {"more": [-0.5e3, {"x": true}], ${F.slice(1)}} \t`
    expect(Object.keys(decodeSafetensors(fileOf(header, 4)).tensors)).toEqual(['a'])
  })

  it('takes data at any offset, empty tensors anywhere, and large sizes of empty ones', () => {
    const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
      dtype,
      shape,
      data_offsets: [begin, end],
    })
    const header = {
      byte: entry('U8', [1], 0, 1),
      none: entry('F32', [2 ** 27, 2 ** 27, 0], 1, 1),
      word: entry('F32', [1], 1, 5),
    }
    expect(decodeSafetensors(fileOf(header, 5)).tensors.word?.data).toEqual(new Float32Array(1))
  })

  it('names the types it has no array for', () => {
    const bytes = fileOf({ 'fc.w': { dtype: 'F4', shape: [2], data_offsets: [0, 1] } }, 1)
    expect(() => decodeSafetensors(bytes, 'w')).toThrow(
      'fc.w in w has dtype F4, whose elements no typed array holds; expected one of F64,',
    )
  })
})

const bytesOf = (start: string, length = 100) =>
  Uint8Array.from({ length }, (_, i) => start.charCodeAt(i) || 0)

describe('decodeSafetensors of something else', () => {
  it.each([
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 123\n',
      'it is a Git LFS pointer, which stands for a file that was not fetched; expected a length of 8 bytes and a JSON header. Run `git lfs pull` where it was cloned, or download the file itself.',
    ],
    ['\n<!DOCTYPE html><title>Sign in</title>', 'it is a web page (HTML); expected'],
    ['<?xml version="1.0"?><Error>', 'it is an XML text; expected'],
    ['{"metadata": {}, "weight_map": {}}', 'The weights lie in other files, which it may name.'],
    [
      'PK\x03\x04\0\0',
      'it is a zip archive, as PyTorch\'s .pt and .pth files are; expected a length of 8 bytes and a JSON header. Convert it in Python: `safetensors.torch.save_file(torch.load("weights.pth", weights_only=True), "weights.safetensors")`.',
    ],
    ['\x80\x02\x8a\n', "it is a pickle of Python, as PyTorch's .pt and .pth files are;"],
    ['\x89HDF\r\n\x1a\n', 'it is an HDF5 file;'],
    ['\x93NUMPY\x01\0', 'it is a NumPy array;'],
    [
      '\x1f\x8b\x08\0\0\0\0\0',
      'it is packed by gzip; expected a length of 8 bytes and a JSON header. Unpack it',
    ],
    ['GGUF\x03\0\0\0\xff', 'it is a GGUF file;'],
  ])('says what %j is', (start, message) => {
    const decode = () => decodeSafetensors(bytesOf(start), 'w')
    expect(decode).toThrow('w is no safetensors file: it is ')
    expect(decode).toThrow(message)
  })

  it('says so where the first bytes would do as a length', () => {
    const pickle = new Uint8Array(70_000_000)
    pickle.set(bytesOf('PK\x03\x04', 4))
    pickle[20] = 0xff
    expect(() => decodeSafetensors(pickle, 'w')).toThrow('w is no safetensors file: it is a zip')
    expect(() => decodeSafetensors(new Uint8Array(0), 'w')).toThrow(
      'it is empty; expected at least 8',
    )
  })

  it('reads a file whose length looks like something else', () => {
    // 123 is the code of an opening brace
    const bytes = encodeSafetensors({}, { note: 'x'.repeat(93) })
    const header = new TextDecoder().decode(bytes.subarray(8)).trimEnd()
    const odd = new Uint8Array(8 + 123)
    odd[0] = 123
    odd.set(new TextEncoder().encode(header.padEnd(123)), 8)
    expect(Object.keys(decodeSafetensors(odd).metadata)).toEqual(['note'])
  })
})

it('reads data at any address, also out of a Buffer as Node reads files into', () => {
  const data = Float32Array.of(1.5, -2)
  // the data begins at each of four addresses
  for (const name of ['w', 'we', 'wei', 'weig']) {
    const plain = fileOf({ [name]: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, 8)
    plain.set(new Uint8Array(data.buffer), plain.length - 8)
    for (const bytes of [plain, Buffer.from(plain)]) {
      expect(decodeSafetensors(bytes).tensors[name]!.data).toEqual(data)
    }
  }
})

describe('encodeSafetensors', () => {
  it('gives back what was put in, aligned', () => {
    const tensors: Record<string, StoredTensor> = {
      mask: { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) },
      ['__proto__']: { dtype: 'I64', shape: [1], data: BigInt64Array.of(-9n) },
      w: { dtype: 'F32', shape: [1, 2], data: new Float32Array([0, 1, 2, 3]).subarray(1, 3) },
      none: { dtype: 'F32', shape: [0], data: new Float32Array() },
    }
    const bytes = encodeSafetensors(tensors, { note: 'æ' })
    expect(decodeSafetensors(bytes)).toEqual({ tensors, metadata: { note: 'æ' } })
    expect(Object.keys(decodeSafetensors(bytes).tensors)).toContain('__proto__')
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
    for (const { data } of Object.values(decodeSafetensors(bytes).tensors)) {
      expect(data.buffer).toBe(bytes.buffer)
    }
  })

  it('writes an empty file', () => {
    expect(decodeSafetensors(encodeSafetensors({}))).toEqual({ tensors: {}, metadata: {} })
  })

  it.each([
    ['__metadata__', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }, /named __metadata__/],
    ['a', { dtype: 'F8', shape: [1], data: Uint8Array.of(1) }, /^a has dtype "F8"; expected/],
    [
      'a',
      { dtype: 'F32', shape: [1], data: [1] },
      /^a has dtype F32 and data that is \[1\]; expected/,
    ],
    [
      'a',
      { dtype: 'F32', shape: [2], data: Float32Array.of(1) },
      /^a has shape \[2\] and 1 elements/,
    ],
    ['\ud800', { dtype: 'U8', shape: [0], data: new Uint8Array() }, /with half a surrogate pair/],
  ])('refuses to store %s: %j', (name, tensor, message) => {
    expect(() => encodeSafetensors({ [name]: tensor as StoredTensor })).toThrow(message)
  })
})
