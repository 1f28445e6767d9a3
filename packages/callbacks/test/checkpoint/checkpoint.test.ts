/** When files are written, which stay, and what is done about damage and about other runs. */
import {
  type CheckpointOptions,
  checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpoint,
  type TrainContext,
  verifyCheckpoint,
} from '@dl/callbacks'
import { decodeSafetensors, encodeSafetensors, type FileStorage, memoryStorage } from '@dl/data'
import { dispose, tensor1d } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { superfluous } from '../../src/checkpoint/kept'

/** Plays a run of 3 epochs of 4 batches; its state is the number of the step. */
async function play(
  options: CheckpointOptions,
  { losses = [3, 2, 1], stopAt = 99, resumed = null as TrainContext['resumed'] } = {},
) {
  const storage = options.storage ?? memoryStorage()
  const written: string[] = []
  const saver = checkpoint('run', { storage, ...options, onSaved: path => void written.push(path) })
  const ctx = {
    epoch: 0,
    epochs: 3,
    batch: 0,
    batchesInEpoch: 4,
    step: resumed?.step ?? 0,
    lr: 0.1,
    loss: 1,
    smoothLoss: 1,
    items: 1,
    metrics: {} as Record<string, number>,
    history: [],
    stopped: null as string | null,
    resumed,
    capture: async () => ({
      tensors: { 'model.w': tensor1d([ctx.step, ctx.step]) },
      values: { step: ctx.step },
    }),
    stop() {},
    emit: async () => {},
  }
  await saver.onTrainBegin!(ctx)
  for (; ctx.epoch < 3 && !ctx.stopped; ctx.epoch++) {
    ctx.metrics = {}
    for (ctx.batch = 0; ctx.batch < 4 && !ctx.stopped; ) {
      ctx.batch++
      ctx.step++
      await saver.onBatchEnd!(ctx)
      if (ctx.step === stopAt) ctx.stopped = 'asked'
    }
    await saver.onPhaseEnd!(ctx)
    if (ctx.stopped) break
    ctx.metrics = { valLoss: losses[ctx.epoch]! }
    await saver.onEpochEnd!(ctx)
  }
  await saver.onTrainEnd!(ctx)
  const left = (await storage.list('run_')).map(path => Number(/\d+/.exec(path)![0]))
  return {
    written: written.map(path => Number(/\d+/.exec(path)![0])),
    left: left.sort((a, b) => a - b),
    storage,
    last: saver.last,
  }
}

describe('the rhythm', () => {
  it.each([
    [{}, [4, 8, 12]],
    [{ everySteps: 5 }, [5, 10, 12]],
    [{ everySteps: 5, everyEpoch: true }, [4, 5, 8, 10, 12]],
    [{ everyMinutes: 1e-9 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12]],
    [{ everyMinutes: 1000 }, [12]],
    [{ everyMinutes: 1000, keepBest: 1 }, [4, 8, 12]],
  ])('%j', async (options, steps) => {
    expect((await play(options)).written).toEqual(steps)
  })

  it('saves where a run is stopped', async () => {
    expect((await play({}, { stopAt: 6 })).written).toEqual([4, 6])
    expect((await play({ everySteps: 3 }, { stopAt: 6 })).written).toEqual([3, 6])
  })
})

describe('what stays', () => {
  it.each([
    [{ everySteps: 1 }, [11, 12]],
    [{ everySteps: 1, keepLast: 4 }, [9, 10, 11, 12]],
    [{ everyEpoch: true, keepLast: 1, keepBest: 1 }, [4, 12]],
    [{ everySteps: 2, keepLast: 1, keepBest: 2 }, [4, 8, 12]],
  ])('%j', async (options, steps) => {
    expect((await play(options, { losses: [1, 2, 3] })).left).toEqual(steps)
  })

  it('a metric may be the judge; NaN is never best', () => {
    const all = [
      { step: 1, value: 0.5 },
      { step: 2, value: Number.NaN },
      { step: 3, value: 0.9 },
      { step: 4, value: 0.9 },
      { step: 5, value: 0.1 },
    ]
    const gone = (mode: 'min' | 'max', keepBest: number) =>
      superfluous(all, { keepLast: 1, keepBest, mode }).map(({ step }) => step)
    expect(gone('max', 1)).toEqual([1, 2, 4])
    expect(gone('min', 2)).toEqual([2, 3, 4])
    expect(gone('max', 9)).toEqual([2])
  })

  it('what was there when a run went on counts, also its value', async () => {
    const first = await play({ everyEpoch: true, keepLast: 1, keepBest: 1 }, { losses: [9, 1, 5] })
    expect(first.left).toEqual([8, 12])
    const { storage } = first
    const resumed = { path: 'run_12.safetensors', epoch: 3, batch: 0, step: 12, notes: [] }
    const options = { everyEpoch: true, keepLast: 1, keepBest: 1, storage }
    expect((await play(options, { resumed, losses: [2, 3, 4] })).left).toEqual([8, 24])
  })

  it('the old file stays until the new one is whole', async () => {
    const storage = memoryStorage()
    let full = false
    const disk: FileStorage = {
      ...storage,
      async write(path, bytes) {
        if (full) throw new Error('no space left')
        await storage.write(path, bytes)
        full = true
      },
    }
    await expect(play({ keepLast: 1, storage: disk })).rejects.toThrow('no space left')
    expect(await storage.list('run_')).toEqual(['run_4.safetensors'])
    await readCheckpoint({ path: 'run', storage }).then(({ state }) => dispose(state.tensors))
  })
})

describe('the only good file', () => {
  /** The files that are whole. */
  async function whole(storage: FileStorage): Promise<string[]> {
    const good: string[] = []
    for (const path of await storage.list('run_')) {
      const bytes = await storage.read(path)
      await verifyCheckpoint(bytes).then(
        () => good.push(path),
        () => {},
      )
    }
    return good
  }

  /** Complains when a removal leaves none. */
  const watched = (storage: FileStorage): FileStorage => ({
    ...storage,
    async remove(path) {
      await storage.remove(path)
      if ((await whole(storage)).length === 0) throw new Error(`the last good file was ${path}`)
    },
  })

  const before = { everySteps: 2, keepLast: 9, keepBest: 9 }
  const steps = [2, 4, 6, 8, 10, 12]
  // bit i: the i-th file is damaged; at least one is left to go on from
  const subsets = Array.from({ length: 2 ** steps.length - 1 }, (_, i) => i)

  it.each([
    { keepLast: 1 },
    { keepLast: 1, keepBest: 1 },
    { keepLast: 2, keepBest: 2, everyEpoch: true },
  ])('stays, whichever were damaged: %j', async options => {
    for (const subset of subsets) {
      const { storage } = await play(before)
      for (const [i, step] of steps.entries()) {
        const path = `run_${step}.safetensors`
        const bytes = await storage.read(path)
        // cut, or a bit turned in the middle
        const cut = i % 2 === 0 ? bytes.subarray(0, -1) : bytes.map((b, k) => b ^ Number(k === 99))
        if (subset & (1 << i)) await storage.write(path, cut)
      }
      const found = await readCheckpoint({ path: 'run', storage, skipDamaged: true })
      dispose(found.state.tensors)
      const step = Number(found.metadata.step)
      const resumed = { path: found.path, epoch: 0, batch: 0, step, notes: [] }
      await play(
        { everySteps: 5, ...options, storage: watched(storage) },
        { resumed, stopAt: step + 7 },
      )
      expect((await whole(storage)).length).toBeGreaterThanOrEqual(options.keepLast)
    }
  })

  it('stays where a disk takes less than it says', async () => {
    const storage = memoryStorage()
    let lies = false
    const disk: FileStorage = {
      ...storage,
      async write(path, bytes) {
        await storage.write(path, lies ? bytes.subarray(0, -1) : bytes)
        lies = true
      },
    }
    await expect(play({ keepLast: 1, storage: disk })).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringMatching(
        /^run_8\.safetensors was written with \d+ bytes and reads back otherwise; expected what was written\./,
      ),
    })
    expect(await whole(storage)).toEqual(['run_4.safetensors'])
  })
})

describe('other runs', () => {
  it('are not written over', async () => {
    const { storage } = await play({})
    await expect(play({ storage })).rejects.toMatchObject({
      code: 'run-exists',
      message:
        "run_12.safetensors is of another run; expected a path of its own for each run. Go on with that run, fit(…, { resume: 'run' }), give checkpoint another path, or remove its files.",
    })
    const resumed = { path: 'run_8.safetensors', epoch: 2, batch: 0, step: 8, notes: [] }
    await expect(play({ storage }, { resumed })).rejects.toThrow(
      'the run goes on from step 8, and run_12.safetensors is of a later one',
    )
    await expect(
      play({ storage }, { resumed: { ...resumed, path: 'other_12.safetensors' } }),
    ).rejects.toMatchObject({ code: 'run-exists' })
  })

  it('whose names begin alike are others', async () => {
    const { storage } = await play({})
    const more = checkpoint('run_more', { storage })
    expect(more.last).toBe(null)
    await storage.write('run_more_5.safetensors', new Uint8Array(3))
    const { path, state } = await readCheckpoint({ path: 'run', storage })
    dispose(state.tensors)
    expect(path).toBe('run_12.safetensors')
  })
})

it('a loop that cannot tell its state is named', async () => {
  const saver = checkpoint('run', { storage: memoryStorage() })
  const ctx = { epoch: 0, metrics: { valLoss: 1 }, resumed: null } as unknown as TrainContext
  await expect(Promise.resolve(saver.onEpochEnd!(ctx))).rejects.toMatchObject({
    code: 'not-resumable',
  })
})

describe('the bytes', () => {
  const state = () => ({
    tensors: { 'model.w': tensor1d([1, -0, Number.NaN, Number.POSITIVE_INFINITY]) },
    values: {
      text: 'æ "quoted"',
      odd: [Number.NaN, Number.NEGATIVE_INFINITY, -0, null, true],
      long: Array.from({ length: 100 }, (_, i) => (i === 50 ? Number.NaN : i / 3)),
      nested: { list: [{ a: 1e-310 }], empty: {} },
    },
  })
  const encoded = async () => {
    const { tensors, values } = state()
    try {
      return await encodeCheckpoint({ tensors, values }, { step: '7', checksum: 'mine' })
    } finally {
      dispose(tensors)
    }
  }

  it('come back as they were', async () => {
    const bytes = await encoded()
    const { state: back, metadata } = await decodeCheckpoint(bytes)
    const wanted = state()
    expect(back.values).toEqual(wanted.values)
    expect(Object.is((back.values.odd as number[])[2], -0)).toBe(true)
    expect([...(await back.tensors['model.w']!.data())]).toEqual([1, -0, Number.NaN, Infinity])
    expect(metadata).toMatchObject({ format: '@dl/checkpoint', version: '1', step: '7' })
    dispose([back.tensors, wanted.tensors])
    expect(await encoded()).toEqual(bytes)
  })

  it('with any bit turned, or cut, are found out', async () => {
    const bytes = await encoded()
    for (let i = 0; i < bytes.length; i += 7) {
      const other = bytes.slice()
      other[i]! ^= 1 << (i % 8)
      await expect(verifyCheckpoint(other, 'x')).rejects.toMatchObject({
        code: 'damaged-checkpoint',
      })
      await expect(verifyCheckpoint(bytes.subarray(0, i), 'x')).rejects.toMatchObject({
        code: 'damaged-checkpoint',
      })
    }
  })

  it('of other files are named', async () => {
    const weights = encodeSafetensors({})
    await expect(decodeCheckpoint(weights, 'weights')).rejects.toThrow(
      'weights is a safetensors file, but no checkpoint',
    )
    const { tensors, metadata } = decodeSafetensors(await encoded())
    expect(Object.keys(tensors)).toEqual(['values.0', 'model.w', 'values'])
    expect(metadata.checksum).toMatch(/^[0-9a-f]{64}$/)
  })

  it('hold nothing that would come back as something else', async () => {
    for (const value of [() => 1, new Map(), new Float32Array(2), 1n, Symbol('x')]) {
      await expect(
        encodeCheckpoint({ tensors: {}, values: { callbacks: { mine: [value] } } }),
      ).rejects.toThrow('the state of a run has callbacks.mine[0], which is')
    }
  })
})

describe('a damaged newest file', () => {
  it('is named, and passed over if asked', async () => {
    const { storage } = await play({ everySteps: 4 })
    const bytes = await storage.read('run_12.safetensors')
    await storage.write('run_12.safetensors', bytes.subarray(0, bytes.length - 1))
    await expect(readCheckpoint({ path: 'run', storage })).rejects.toThrow(
      /^the checkpoint run_12\.safetensors is damaged: .+; expected a whole file\. Go on from the one before: resume: \{ path, skipDamaged: true \}/,
    )
    const found = await readCheckpoint({ path: 'run', storage, skipDamaged: true })
    dispose(found.state.tensors)
    expect(found.path).toBe('run_8.safetensors')
    expect(found.passedOver).toEqual([
      expect.stringContaining('the checkpoint run_12.safetensors is damaged'),
    ])
    // the run that goes on does not count it among those that stay, and writes it anew
    const resumed = { path: found.path, epoch: 2, batch: 0, step: 8, notes: [] }
    expect((await play({ storage, everySteps: 4 }, { resumed })).left).toEqual([16, 20])
    await storage.write('run_20.safetensors', new Uint8Array(9))
    await storage.write('run_16.safetensors', new Uint8Array(9))
    await storage.write('run_12.safetensors', new Uint8Array(9))
    await expect(readCheckpoint({ path: 'run', storage, skipDamaged: true })).rejects.toMatchObject(
      { code: 'no-checkpoint' },
    )
  })
})
