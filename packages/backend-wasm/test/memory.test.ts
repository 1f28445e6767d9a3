import { DlError } from '@dl/core'
import {
  add,
  clone,
  complex,
  cumsum,
  type DataId,
  engine,
  logicalNot,
  matMul,
  memory,
  real,
  relu,
  removeBackend,
  reshape,
  setBackend,
  slice,
  sum,
  type Tensor,
  tensor,
  tidy,
  topk,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { LinearMemory, sizeClass } from '../src/linear-memory'
import { registerWasm } from '../src/register'
import { expectClose, random, toTensor, useWasm, type WasmBackend } from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

const record = (x: Tensor) => backend.record(x)
const values = (x: Tensor) => [...(x.dataSync() as Float32Array)]
const blocks = () => (memory() as unknown as { tensorBlocks: number }).tensorBlocks

describe('the two homes of a tensor', () => {
  it('uploads stay in JavaScript until a kernel of ours reads them', () => {
    tidy(() => {
      const x = tensor([1, -2, 3])
      expect(record(x).inMemory).toBe(false)
      const y = relu(x)
      expect(record(x).inMemory).toBe(true)
      expect(record(y).inMemory).toBe(true)
      const z = cumsum(y) // a CPU kernel
      expect(record(z).inMemory).toBe(false)
      expect(values(z)).toEqual([1, 1, 4])
      expect(values(add(z, y))).toEqual([2, 1, 7])
    })
  })

  it('integers and booleans move there too, each in its own size', () => {
    tidy(() => {
      const ids = tensor([1, -2, 3], [3], 'int32')
      const part = slice(ids, 1, 2)
      expect([record(ids).inMemory, record(part).inMemory]).toEqual([true, true])
      expect(values(part)).toEqual([-2, 3])
      expect(part.dataSync()).toBeInstanceOf(Int32Array)
      const flags = tensor([true, false, true], [3], 'bool')
      const not = logicalNot(flags)
      expect([record(flags).inMemory, record(not).inMemory]).toEqual([true, true])
      expect(not.dataSync()).toEqual(Uint8Array.of(0, 1, 0))
      expect(record(not).values).toBeInstanceOf(Uint8Array)
    })
  })

  it('a CPU kernel that passes its input on gets a copy, not a piece of the memory', () => {
    tidy(() => {
      const x = relu(tensor([1, 2, 3, 4]))
      const { dataId } = backend.makeTensorInfo([2], 'float32', record(x).values!.slice(0, 2))
      const shared = (record(x).values as Float32Array).subarray(1, 3)
      const written = backend.write(shared, [2], 'float32')
      const info = { dataId: written, shape: [2], dtype: 'float32' as const }
      const { buffer } = backend.record(info).values as Float32Array
      expect(buffer === shared.buffer).toBe(false)
      for (const id of [dataId, written]) backend.disposeData(id as DataId)
      const parts = topk(x, 2)
      expect(values(parts.values)).toEqual([4, 3])
    })
  })

  it('complex numbers made of tensors in the memory survive them', () => {
    const parts = tidy(() => complex(relu(tensor([1, 2])), relu(tensor([3, 4]))))
    const other = tidy(() => relu(tensor([9, 9])))
    const first = tidy(() => real(parts))
    expect(values(first)).toEqual([1, 2])
    expect(values(parts as Tensor)).toEqual([1, 3, 2, 4])
    for (const t of [parts, other, first]) t.dispose()
  })

  it('reads are copies that later work does not change', async () => {
    const x = tidy(() => relu(tensor([1, 2, 3])))
    const [now, later] = [x.dataSync(), await x.data()]
    x.dispose()
    const other = tidy(() => relu(tensor([7, 8, 9]))) // takes the block x had
    expect([...now]).toEqual([1, 2, 3])
    expect([...later]).toEqual([1, 2, 3])
    now[0] = 100
    expect(values(other)).toEqual([7, 8, 9])
    other.dispose()
    const uploaded = tensor([1, 2])
    uploaded.dataSync()[0] = 5
    expect(values(uploaded)).toEqual([1, 2])
    uploaded.dispose()
  })

  it('changing an array after the tensor moved changes nothing', () => {
    tidy(() => {
      const array = Float32Array.of(1, 2, 3)
      const x = tensor(array)
      relu(x)
      array[0] = 9
      expect(values(x)).toEqual([1, 2, 3])
    })
  })

  it('clones and reshapes share the data, which lives until the last is gone', () => {
    const x = tidy(() => relu(tensor([1, 2, 3, 4])))
    const before = blocks()
    const [copy, shaped] = [clone(x), reshape(x, [2, 2])]
    expect(blocks()).toBe(before)
    expect(backend.refCount(x.dataId)).toBe(3)
    x.dispose()
    copy.dispose()
    expect(values(shaped)).toEqual([1, 2, 3, 4])
    shaped.dispose()
    expect(blocks()).toBe(before - 1)
  })

  it('slices are independent of what they were cut from', () => {
    const x = tidy(() => relu(tensor([1, 2, 3, 4])))
    const part = slice(x, 1, 2)
    x.dispose()
    const other = tidy(() => relu(tensor([9, 9, 9, 9])))
    expect(values(part)).toEqual([2, 3])
    part.dispose()
    other.dispose()
  })

  it('tensors come from and go to other backends', async () => {
    const x = tidy(() => relu(tensor([1, -2, 3])))
    await setBackend('cpu')
    const onCpu = add(x, 1)
    expect(values(onCpu)).toEqual([2, 1, 4])
    await setBackend('wasm')
    const back = add(onCpu, x)
    expect(values(back)).toEqual([3, 1, 7])
    for (const t of [x, onCpu, back]) t.dispose()
  })

  it('a disposed tensor is refused by name', () => {
    const x = tensor([1, 2])
    x.dispose()
    expect(() => engine().runKernel('Relu', { x })).toThrowErrorMatchingInlineSnapshot(
      `[DlError: a tensor of shape [2] was used after it was disposed. Keep it with keep() or clone(), or move its use inside the tidy().]`,
    )
  })
})

describe('growth', () => {
  it('tensors and views made before are right after the memory grew', () => {
    tidy(() => {
      const x = relu(tensor(random(1000).map(Math.abs)))
      const y = cumsum(x)
      const [wantedX, wantedY] = [values(x), values(y)]
      const held = backend.linear.bytesHeld
      const big = backend.linear.allocate(held + 1)
      expect(backend.linear.bytesHeld).toBeGreaterThan(held)
      expect(values(x)).toEqual(wantedX)
      expect([...(record(x).values as Float32Array)]).toEqual(wantedX)
      expect(values(cumsum(x))).toEqual(wantedY)
      backend.linear.release(big)
    })
  })

  it('a repeated step takes no new memory', () => {
    const step = (n: number) =>
      tidy(() => {
        const x = toTensor({ values: random(n * 64), shape: [n, 64], dtype: 'float32' })
        return values(sum(relu(matMul(x as never, x as never, true))))
      })
    for (const n of [50, 70, 60]) step(n)
    const held = memory() as unknown as { bytesHeld: number; bytesInUse: number }
    for (let i = 0; i < 30; i++) step(50 + (i % 20))
    const after = memory() as unknown as { bytesHeld: number; bytesInUse: number }
    expect(after.bytesHeld).toBe(held.bytesHeld)
    expect(after.bytesInUse).toBe(held.bytesInUse)
  })
})

describe('LinearMemory', () => {
  const MIB = 2 ** 20

  it('hands out blocks that do not overlap and takes them back', () => {
    const linear = new LinearMemory({ maximumBytes: 8 * MIB })
    const held = [100, 5000, 64, 70_000, 1].map(bytes => linear.allocate(bytes))
    const sorted = [...held].sort((a, b) => a.pointer - b.pointer)
    sorted.slice(1).forEach((block, i) => {
      expect(block.pointer).toBeGreaterThanOrEqual(sorted[i]!.pointer + sorted[i]!.bytes)
      expect(block.pointer % 16).toBe(0)
    })
    expect(linear.blocks).toBe(5)
    for (const block of held) linear.release(block)
    expect(linear.blocks).toBe(0)
    expect(linear.bytesInUse).toBe(0)
    expect(linear.allocate(5000).pointer).toBe(held[1]!.pointer)
  })

  it('rounds up to a quarter of a power of two at most', () => {
    for (const bytes of [0, 1, 64, 65, 300, 1000, 1025, 123_456, 2 ** 30, 3 * 2 ** 30 + 1]) {
      const size = sizeClass(bytes)
      expect(size).toBeGreaterThanOrEqual(bytes)
      expect(size).toBeLessThanOrEqual(Math.max(64, bytes * 1.25 + 64))
      expect(sizeClass(size)).toBe(size)
    }
  })

  it('joins free neighbours before it gives up', () => {
    const linear = new LinearMemory({ maximumBytes: 8 * MIB })
    const small = Array.from({ length: 112 }, () => linear.allocate(64 * 1024))
    for (const block of small) linear.release(block)
    const large = linear.allocate(6 * MIB)
    const rest = linear.allocate(MIB)
    expect(rest.pointer).not.toBe(large.pointer)
    expect(linear.blocks).toBe(2)
  })

  it('cuts a joined piece up so that the rest serves too', () => {
    const linear = new LinearMemory({ maximumBytes: 8 * MIB })
    const small = Array.from({ length: 127 }, () => linear.allocate(63 * 1024))
    for (const block of small.slice(0, 100)) linear.release(block)
    const held = [2 * MIB, 2 * MIB, 1.5 * MIB].map(bytes => linear.allocate(bytes))
    const spans = [...held, ...small.slice(100)].sort((a, b) => a.pointer - b.pointer)
    spans.slice(1).forEach((block, i) => {
      expect(block.pointer).toBeGreaterThanOrEqual(spans[i]!.pointer + spans[i]!.bytes)
    })
  })

  it('has room for what all but fills it', () => {
    const memory = new LinearMemory({ maximumBytes: 4 * 2 ** 20 })
    const large = memory.allocate(3.9 * 2 ** 20)
    expect(() => memory.allocate(2 ** 20)).toThrow('3.9 MiB of the WebAssembly memory')
    memory.release(large)
    for (const bytes of [2 ** 60, 2 ** 53, 5 * 2 ** 20]) {
      expect(() => memory.allocate(bytes)).toThrow("the WebAssembly memory's 4.0 MiB")
    }
    const again = memory.allocate(3.9 * 2 ** 20)
    memory.release(again)
    expect(memory.bytesInUse).toBe(0)
  })

  it('says how much was asked, how much is held and what helps', () => {
    const linear = new LinearMemory({ maximumBytes: 8 * MIB })
    linear.allocate(3 * MIB)
    expect(() => linear.allocate(6 * MIB)).toThrowErrorMatchingInlineSnapshot(
      `[DlError: 6.0 MiB more do not fit: 3.0 MiB of the WebAssembly memory's 8.0 MiB are in use. Lower bs or bptt, or dispose tensors that are no longer needed.]`,
    )
    expect(linear.allocate(4 * MIB).bytes).toBe(4 * MIB)
  })

  it('refuses a size that is none', () => {
    const linear = new LinearMemory({ maximumBytes: 8 * MIB })
    expect(() => linear.allocate(Number.NaN)).toThrowErrorMatchingInlineSnapshot(
      `[DlError: a kernel asked for NaN bytes; expected 0 or more. Check the shapes it was called with.]`,
    )
    expect(() => linear.allocate(-4)).toThrow(/asked for -4 bytes/)
    expect(linear.allocate(1).bytes).toBe(64)
  })

  it('reserves less where the engine refuses so much', () => {
    const Original = WebAssembly.Memory
    WebAssembly.Memory = class extends Original {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        if (descriptor.maximum! > 2 ** 14) throw new RangeError('could not allocate memory')
        super(descriptor)
      }
    }
    try {
      const linear = new LinearMemory()
      expect(linear.allocate(MIB).bytes).toBe(MIB)
      expect(() => linear.allocate(2 * 2 ** 30)).toThrow(/the WebAssembly memory's 1023.\d MiB are/)
    } finally {
      WebAssembly.Memory = Original
    }
  })
})

describe('addresses above 2 GiB', () => {
  it('serve like any others', async () => {
    registerWasm('wasm-high', { priority: 0 })
    await setBackend('wasm-high')
    const high = engine().backend as WasmBackend
    const lower = high.linear.allocate(2 ** 31 + 2 ** 20) // address space, not memory
    tidy(() => {
      const x = relu(tensor([1, 2, 3, 4, 5, 6], [2, 3]))
      expect(high.record(x).pointer()).toBeGreaterThan(2 ** 31)
      expect(values(matMul(x as never, x as never, false, true))).toEqual([14, 32, 32, 77])
      expect(values(sum(x, 0))).toEqual([5, 7, 9])
      expect(values(slice(x, [0, 1], [2, 2]))).toEqual([2, 3, 5, 6])
    })
    high.linear.release(lower)
    await setBackend('wasm')
    removeBackend('wasm-high')
  })
})

describe('registering', () => {
  it('again is silent, over a stranger is refused', () => {
    registerWasm('wasm')
    expect(() => registerWasm('cpu')).toThrowErrorMatchingInlineSnapshot(
      `[DlError: a backend named 'cpu' is already registered; expected no other package to claim the name. Import @dl/backend-wasm instead of @tensorflow/tfjs-backend-wasm, not beside it.]`,
    )
  })
})

describe('out of memory', () => {
  it('is a DlError that leaves nothing behind, and the backend works on', async () => {
    registerWasm('wasm-small', { maximumBytes: 8 * 2 ** 20, priority: 0 })
    await setBackend('wasm-small')
    const small = engine().backend as WasmBackend
    tidy(() => {
      const x = relu(tensor(random(2 ** 19)))
      const before = { ...small.memory() }
      const dataIds = small.numDataIds()
      let thrown: unknown
      try {
        tidy(() => matMul(reshape(x, [-1, 1]), reshape(x, [1, -1])))
      } catch (error) {
        thrown = error
      }
      expect(DlError.is(thrown, 'out-of-memory')).toBe(true)
      expect(small.numDataIds()).toBe(dataIds)
      expect(small.memory()).toMatchObject({
        blocks: 0,
        tensorBlocks: before.tensorBlocks,
        bytesInUse: before.bytesInUse,
      })
      expectClose(values(sum(relu(x))), values(sum(x)))
    })
    await setBackend('wasm')
    removeBackend('wasm-small')
  })
})
