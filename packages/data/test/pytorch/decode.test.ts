import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { decodePyTorch, type PyTorchTensor, type PyTorchValue, readPyTorch } from '@dl/data'
import { beforeAll, describe, expect, it } from 'vitest'

const path = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
type Dict = Map<PyTorchValue, PyTorchValue>

let zip: Uint8Array
let stream: Uint8Array

beforeAll(async () => {
  zip = new Uint8Array(await readFile(path('zip.pt')))
  stream = new Uint8Array(await readFile(path('stream.pt')))
})

/** Tensors as [dtype, shape, elements], dicts as objects. */
function plain(value: PyTorchValue): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, one]) => [String(key), plain(one)]))
  }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return [value.dtype, value.shape, [...(value.data as Iterable<number>)]]
  }
  return value
}

describe.each(['zip.pt', 'stream.pt'])('%s, which PyTorch wrote', name => {
  it('is read', async () => {
    const read = plain(await readPyTorch(path(name)))
    const types = {
      F64: ['F64', [2], [1 / 3, -2]],
      F16: ['F16', [3], [0x3e00, 0xb400, 0x7bff]],
      BF16: ['BF16', [2], [0x3f80, 0xc049]],
      I64: ['I64', [2], [7n, -(2n ** 40n)]],
      I32: ['I32', [2, 2], [1, 2, 3, -4]],
      I16: ['I16', [1], [-300]],
      I8: ['I8', [1], [-5]],
      U8: ['U8', [2], [0, 255]],
      BOOL: ['BOOL', [2], [1, 0]],
      ...(name === 'zip.pt' && {
        U16: ['U16', [1], [65535]],
        F8_E4M3: ['F8_E4M3', [2], [0x38, 0x7e]],
      }),
    }
    const twelve = Array.from({ length: 12 }, (_, i) => i)
    expect(read).toEqual({
      model: {
        'fc.weight': ['F32', [3, 2], [0, 0.25, 0.5, 0.75, 1, 1.25]],
        'fc.bias': ['F32', [3], [1, -2, 0.5]],
        'bn.weight': ['F32', [3], [1, 1, 1]],
        'bn.bias': ['F32', [3], [0, 0, 0]],
        'bn.running_mean': ['F32', [3], [0, 0, 0]],
        'bn.running_var': ['F32', [3], [1, 1, 1]],
        'bn.num_batches_tracked': ['I64', [], [0n]],
      },
      parameter: ['F32', [3], [1, -2, 0.5]],
      views: [
        ['F32', [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
        ['F32', [2], [2, 5]],
        ['F32', [], [5]],
        ['F32', [2, 2], [5, 6, 9, 10]],
        ['F32', [2, 3], [1, 1, 1, 1, 1, 1]],
      ],
      same: [
        ['F32', [12], twelve],
        ['F32', [12], twelve],
      ],
      types,
      scalar: ['F32', [], [2.5]],
      empty: ['F32', [0, 3], []],
      ordered: { b: 1, a: 2 },
      plain: {
        0: null,
        list: [1, -2, 1.5, true, false, 'æ', ''],
        tuple: [1, [2, []], 300, 70000, -1, 2 ** 31, 2n ** 53n, -(2n ** 70n)],
        size: [2, 3],
        dtype: 'torch.float32',
        device: 'cpu',
      },
    })
  })

  it('keeps what is shared shared', async () => {
    const [a, b] = ((await readPyTorch(path(name))) as Dict).get('same') as PyTorchTensor[]
    expect(a!.data.buffer).toBe(b!.data.buffer)
    expect(a!.data.byteOffset).toBe(b!.data.byteOffset)
  })

  it('is refused wherever it is cut', () => {
    const bytes = name === 'zip.pt' ? zip : stream
    for (let length = 0; length < bytes.length; length += 37) {
      expect(() => decodePyTorch(bytes.subarray(0, length), 'w.pt')).toThrow(/^w\.pt: it /)
    }
  })
})

it('compares the checksums of a zip archive', () => {
  const damaged = zip.slice()
  const at = new TextDecoder('latin1').decode(damaged).indexOf('zip/data/0FB')
  damaged[at + 80] = damaged[at + 80]! ^ 1
  expect(() => decodePyTorch(damaged)).toThrow('the checksum of its entry zip/data/0 is wrong')
})

/** An older file whose value is the pickle `body`. */
function streamOf(body: string): Uint8Array {
  const begin = '\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.'
  return Uint8Array.from(`${begin}\x80\x02${body}.\x80\x02].`, one => one.charCodeAt(0))
}

describe('what is refused', () => {
  it.each([
    [
      'cos\nsystem\nU\x05reboot\x85R',
      'w: its pickle imports os.system, and nothing of a file is run here; expected tensors, parameters, dicts, lists and plain values. Save the weights alone in Python: torch.save(model.state_dict(), "weights.pt").',
    ],
    ['c__builtin__\neval\n', 'imports __builtin__.eval,'],
    ['cmodels.resnet\nResNet\n', 'imports models.resnet.ResNet,'],
    ['ctorch\nload\n', 'imports torch.load,'],
    ['ctorch._utils\n_rebuild_device_tensor_from_numpy\n', '_rebuild_device_tensor_from_numpy,'],
    ['X\x02\0\0\0osX\x06\0\0\0system\x93', 'imports os.system,'],
    ['cnumpy.core.multiarray\nscalar\n', 'Convert its NumPy values in Python'],
    [
      'ctorch\nComplexFloatStorage\n',
      'tensors of the type torch.ComplexFloatStorage, which no typed array',
    ],
    ['ctorch\nQInt8Storage\n', 'tensors of the type torch.QInt8Storage'],
    ['X\x08\0\0\0toString)R', 'its pickle calls what is no function'],
    ['ccollections\nOrderedDict\n)R}b', 'READ'],
    [']}b', 'its pickle gives attributes to a plain value'],
    ['i', 'its pickle has the opcode 0x69'],
    ['0', 'takes more from the stack than there is'],
    ['(.', 'takes more from the stack than there is'],
    ['h\x05', 'its pickle recalls 5, which is not in its memo'],
    ['K\x01K\x02a', 'appends to what is no list'],
    ['](K\x01u', 'sets items of what is no dict'],
    ['}(K\x01u', 'a key without a value'],
    ['\x8b\xff\xff\xff\x7f', 'it ends 2147483'],
    ['X\x01\0\0\0\xff', 'a text is no UTF-8'],
    ['U\x07storageQ', 'refers to what is no storage'],
  ])('%j', (body, message) => {
    if (message === 'READ') expect(decodePyTorch(streamOf(body))).toEqual(new Map())
    else expect(() => decodePyTorch(streamOf(body), 'w')).toThrow(message)
  })

  it('nothing recurses', () => {
    expect(Array.isArray(decodePyTorch(streamOf(']'.repeat(1e6) + 'a'.repeat(1e6 - 1))))).toBe(true)
  })

  const storage = (length: number) =>
    `(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuJ${[0, 8, 16, 24].map(bit => String.fromCharCode((length >> bit) & 255)).join('')}tQ`
  const tensor = (length: number, offset: string, shape: string, strides: string) =>
    streamWith(
      length,
      `ctorch._utils\n_rebuild_tensor\n(${storage(length)}${offset}${shape}${strides}tR`,
    )
  function streamWith(length: number, body: string) {
    const before = streamOf(body).subarray(0, -2)
    const rest = new Uint8Array(8 + 4 * length)
    rest[0] = length
    const keys = Uint8Array.from('](U\x010e.', one => one.charCodeAt(0))
    return new Uint8Array(Buffer.concat([before, keys, rest]))
  }
  const million = 'J\x40\x42\x0f\0'

  it('tensors beyond their storage, and views that claim what no file has', () => {
    const good = decodePyTorch(tensor(2, 'K\0', 'K\x02\x85', 'K\x01\x85')) as PyTorchTensor
    expect(good.data).toEqual(new Float32Array(2))
    expect(() => decodePyTorch(tensor(2, 'K\x01', 'K\x02\x85', 'K\x01\x85'))).toThrow(
      'a tensor of shape [2] reaches beyond its storage',
    )
    expect(() => decodePyTorch(tensor(2, 'K\0', `${million}${million}\x86`, 'K\0K\0\x86'))).toThrow(
      'its tensors are many times as large as the file',
    )
    expect(() => decodePyTorch(tensor(2, 'J\xff\xff\xff\xff', 'K\x01\x85', 'K\x01\x85'))).toThrow(
      'no storage, offset, shape and strides',
    )
    const many = `(${'K\x01'.repeat(65)}t`
    expect(() => decodePyTorch(tensor(2, 'K\0', many, many))).toThrow('a tensor has 65 axes')
  })

  it.each([
    ['', 'it is empty'],
    ['PK\x03\x04', 'it is a zip archive without its end'],
    ['<!doctype html>', 'it is a web page (HTML); expected'],
    ['\x10\0\0\0\0\0\0\0{}', 'it seems to be a safetensors file. Read it by loadTensors(path)'],
    ['\x80\x02K\x01.', 'it is a pickle that torch.save did not write'],
    ['some text', 'it is no PyTorch file'],
  ])('%j', (text, message) => {
    const bytes = Uint8Array.from(text, one => one.charCodeAt(0))
    expect(() => decodePyTorch(bytes)).toThrow(message)
  })
})
