/** Threads: the same bits for any number of them, and what happens when one dies. */
import {
  adamStep,
  batchNorm,
  binaryCrossEntropy,
  crossEntropy,
  dropout,
  Generator,
  gru,
  lstm,
  rnn,
  valueAndGrads,
} from '@dl/core'
import {
  add,
  argMax,
  avgPool,
  cast,
  clipByValue,
  clone,
  conv2d,
  depthwiseConv2d,
  engine,
  exp,
  gather,
  greater,
  matMul,
  max,
  maxPool,
  mean,
  mirrorPad,
  mul,
  ones,
  removeBackend,
  reverse,
  setBackend,
  softmax,
  sum,
  type Tensor,
  tanh,
  tensor1d,
  tidy,
  transpose,
  unsortedSegmentSum,
  where,
  zeros,
} from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { compileKernels, instantiate } from '../src/instance'
import { LinearMemory } from '../src/linear-memory'
import { registerWasm } from '../src/register'
import { threadCount } from '../src/threads/count'
import { ThreadPool } from '../src/threads/pool'
import { controlOf, IDLE, INSIDE, JOB, STATE } from '../src/threads/protocol'
import { spawnWorker } from '../src/threads/spawn'
import type { WorkerTask } from '../src/threads/worker'
import { floats, ints, type Result, results, type Value, type WasmBackend } from './helpers'

const THREADS = [1, 2, 3, 4]
/** A machine with other work takes seconds to start a worker. */
const PATIENCE = { timeout: 60_000 }
const name = (threads: number) => `wasm-${threads}-threads`

/** Where two lists of results differ; quicker than comparing them element by element with `expect`. */
const differences = (got: Result[], wanted: Result[]): string[] =>
  wanted.flatMap(({ values }, i) => {
    const at = values.findIndex((x, j) => !Object.is(x, got[i]!.values[j]))
    return at < 0 ? [] : [`output ${i}, element ${at}: ${got[i]!.values[at]} for ${values[at]}`]
  })

/** Makes a backend with so many threads active, all of them at work. */
async function useThreads(threads: number): Promise<WasmBackend> {
  await setBackend(name(threads))
  const backend = engine().backend as WasmBackend
  const wake = ones([2 ** 17])
  await vi.waitFor(() => {
    add(wake, wake).dispose()
    expect(backend.pool.alive).toBe(threads)
  }, PATIENCE)
  wake.dispose()
  return backend
}

beforeAll(() => {
  for (const threads of THREADS) registerWasm(name(threads), { threads, priority: 0 })
})

afterAll(async () => {
  await setBackend('wasm')
  for (const threads of THREADS) removeBackend(name(threads))
})

type Case = [name: string, f: (...xs: Tensor[]) => Tensor | Tensor[], inputs: Value[]]

const CASES: Case[] = [
  ['matMul', (a, b) => matMul(a, b), [floats(301, 517), floats(517, 263)]],
  ['a long product', (a, b) => matMul(a, b, true), [floats(20_000, 9), floats(20_000, 17)]],
  ['matMul of transposes', (a, b) => matMul(a, b, true, true), [floats(300, 97), floats(410, 300)]],
  ['one row', (a, b) => matMul(a, b), [floats(1, 700), floats(700, 3001)]],
  ['dots', (a, b) => matMul(a, b, false, true), [floats(2, 700), floats(1501, 700)]],
  ['exp', x => exp(x), [floats(100_003)]],
  ['broadcasting', (a, b) => mul(a, b), [floats(7, 1, 501, 5), floats(11, 1, 5)]],
  ['the sum of all', x => sum(x), [floats(100_003)]],
  ['sums of columns', x => sum(x, 0), [floats(9001, 13)]],
  ['means of rows', x => mean(x, 1), [floats(301, 211)]],
  ['middle axis', x => max(x, 1), [floats(31, 67, 45)]],
  ['largest of maps', x => max(x, [1, 2]), [floats(2, 61, 67, 165)]],
  ['clipped, then integers', x => cast(clipByValue(x, -1, 2), 'int32'), [floats(100_003)]],
  ['comparisons', (a, b) => where(greater(a, b), a, mul(b, 2)), [floats(100_003), floats(100_003)]],
  ['argMax', x => argMax(x, 1), [floats(5003, 17)]],
  [
    'mirrored images',
    x =>
      reverse(
        mirrorPad(
          x as never,
          [
            [0, 0],
            [4, 4],
            [4, 4],
            [0, 0],
          ] as never,
          'reflect',
        ),
        2,
      ),
    [floats(17, 32, 32, 3)],
  ],
  ['softmax', x => softmax(x), [floats(1001, 67)]],
  ['transpose', x => transpose(x), [floats(601, 203)]],
  ['gather', (x, ids) => gather(x, ids as never), [floats(50, 77), ints(50, 3001)]],
  [
    'segment sum',
    (x, ids) => unsortedSegmentSum(x, ids as never, 50),
    [floats(5001, 67), ints(50, 5001)],
  ],
  ['dropout', x => dropout(x, 0.3, { generator: new Generator(3) }), [floats(100_003)]],
  [
    'cross-entropy and its gradient',
    (x, labels) => {
      const { value, grads } = valueAndGrads(() => crossEntropy(tanh(x), labels), [x])
      return [value, grads[0]!]
    },
    [floats(2003, 61), ints(61, 2003)],
  ],
  [
    'batch norm and its gradients',
    (x, gamma) => {
      const run = () => sum(tanh(batchNorm(x, { gamma, relu: 'before' }).output)) as Tensor
      const { value, grads } = valueAndGrads(run, [x, gamma])
      return [value, ...(grads as Tensor[])]
    },
    [floats(9, 31, 31, 37), floats(37)],
  ],
  [
    'pooling and its gradients',
    x => {
      const run = () => sum(tanh(avgPool(maxPool(x as never, 3, 2, 'same'), 2, 1, 'valid')))
      const { value, grads } = valueAndGrads(run, [x])
      return [value, grads[0]!]
    },
    [floats(3, 61, 67, 131)],
  ],
  [
    'an LSTM and its gradients',
    (x, wIh, wHh, bIh) => {
      const h = zeros([1, 37, 96])
      const run = () =>
        sum(tanh(lstm(x as never, { h, c: h } as never, [{ wIh, wHh, bIh } as never]).output))
      const { value, grads } = valueAndGrads(run, [x, wIh, wHh, bIh])
      return [value, ...(grads as Tensor[])]
    },
    [floats(5, 37, 50), floats(50, 384), floats(96, 384), floats(384)],
  ],
  ...(
    [
      ['rnn', 1],
      ['gru', 3],
      ['lstm', 4],
    ] as const
  ).map(
    ([kind, gates]): Case => [
      `a batch of nothing through ${kind}`,
      (wIh, wHh) => {
        const [x, state] = [zeros([2, 0, 3]), zeros([1, 0, 4])]
        const layer = [{ wIh: wIh!, wHh: wHh! }]
        const run = () => {
          if (kind === 'lstm') return sum(lstm(x, { h: state, c: state }, layer).output) as Tensor
          return sum((kind === 'rnn' ? rnn : gru)(x, state, layer).output) as Tensor
        }
        const { value, grads } = valueAndGrads(run, [wIh!, wHh!])
        return [value, ...(grads as Tensor[])]
      },
      [floats(3, gates * 4), floats(4, gates * 4)],
    ],
  ),
  [
    'cross-entropy over many classes',
    (x, labels) => crossEntropy(x!, labels!, { reduction: 'none' }),
    [floats(7, 50_003), ints(50_003, 7)],
  ],
  [
    'binary cross-entropy and its gradient',
    (x, t) => {
      const { value, grads } = valueAndGrads(() => binaryCrossEntropy(x!, t!), [x!])
      return [value, grads[0]!]
    },
    [floats(100_003), floats(100_003)],
  ],
  ...[1, 2].map(
    (stride): Case => [
      `a convolution with stride ${stride} and its gradients`,
      (x, filter) => {
        const run = () => sum(tanh(conv2d(x as never, filter as never, stride, 'same')))
        const { value, grads } = valueAndGrads(run, [x, filter])
        return [value, ...(grads as Tensor[])]
      },
      [floats(5, 23, 23, 13), floats(5, 3, 13, 21)],
    ],
  ),
  [
    'a depthwise convolution and its gradients',
    (x, filter) => {
      const run = () => sum(tanh(depthwiseConv2d(x as never, filter as never, 2, 'same')))
      const { value, grads } = valueAndGrads(run, [x, filter])
      return [value, ...(grads as Tensor[])]
    },
    [floats(5, 47, 47, 21), floats(3, 3, 21, 2)],
  ],
  [
    'a step of Adam',
    (param, grad, m) => {
      const rates = { lr: 1e-2, beta1: 0.9, beta2: 0.99, eps: 1e-8, step: 3 }
      const state = { param: clone(param), grad, m: clone(m), v: mul(m, m) }
      return Object.values(adamStep(state, { ...rates, weightDecay: 0.1, decoupledDecay: 0.1 }))
    },
    [floats(100_003), floats(100_003), floats(100_003)],
  ],
]

describe('results do not depend on the number of threads', () => {
  it.each(CASES)('%s', async (_, f, inputs) => {
    await useThreads(1)
    const alone = results(f, inputs)
    for (const threads of THREADS.slice(1)) {
      await useThreads(threads)
      // twice, as who takes which piece changes from run to run
      for (let i = 0; i < 2; i++) expect(differences(results(f, inputs), alone)).toEqual([])
    }
  })
})

describe('a worker that dies', () => {
  const linear = new LinearMemory({ maximumBytes: 2 ** 24, shared: true })
  const module = compileKernels('plain')
  const kernels = instantiate(module, linear.memory)
  const block = linear.allocate(4 * 2 ** 18)
  const poolWith = (spawn: typeof spawnWorker, lostAfterMs?: number) =>
    new ThreadPool({ module, memory: linear.memory, kernels, threads: 3, spawn, lostAfterMs })
  /** A worker that goes inside and is heard of no more. */
  const stuck = ({ control, thread }: WorkerTask) => {
    Atomics.store(controlOf(control).words, STATE + thread, INSIDE)
    return { terminate() {} }
  }
  const fill = (pool: ThreadPool, value: number) => {
    pool.run('fill', 2 ** 18, 2 ** 12, [block.pointer, value])
    return linear.floats(block.pointer, 2 ** 18).every(x => x === value)
  }

  it('is reported, and the others go on', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const started: number[] = []
    const ends: ((reason: string) => void)[] = []
    const pool = poolWith((task, onEnd) => {
      started.push(task.thread)
      ends.push(onEnd)
      return spawnWorker(task, onEnd)
    })
    const allAlive = (threads: number) =>
      vi.waitFor(() => {
        expect(fill(pool, 1)).toBe(true)
        expect(pool.alive).toBe(threads)
      }, PATIENCE)
    await allAlive(3)
    ends[0]!('exit code 1')
    expect(warn.mock.calls).toMatchInlineSnapshot(`
      [
        [
          "@dl/backend-wasm: a worker thread ended (exit code 1); 2 of 3 threads go on.",
        ],
      ]
    `)
    expect(pool.threads).toBe(2)
    for (let value = 2; value < 50; value++) expect(fill(pool, value)).toBe(true)
    await allAlive(2)
    ends[0]!('exit code 1') // Node tells of an error, then of the exit
    expect(pool.threads).toBe(2)
    // scratch is for `threads` threads, so none may have a higher number
    expect(started).toEqual([1, 2, 1])
    pool.dispose()
    expect(fill(pool, 50)).toBe(true)
    expect(pool.alive).toBe(1)
    warn.mockRestore()
  })

  it('in the middle of a piece, fails that kernel by name', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const pool = poolWith(stuck, 20)
    const messages = [1, 2].map(() => {
      try {
        return fill(pool, 3)
      } catch (error) {
        return (error as Error).message
      }
    })
    expect(messages).toMatchInlineSnapshot(`
      [
        "thread 1 died while it ran a piece of fill. Results of this step are lost; repeat it. The backend goes on without that thread.",
        "thread 1 died while it ran a piece of fill. Results of this step are lost; repeat it. The backend goes on without that thread.",
      ]
    `)
    expect(fill(pool, 4)).toBe(true)
    expect(pool.threads).toBe(1)
    warn.mockRestore()
  })

  it('is not one that was silent while the computer slept', () => {
    const words: Int32Array[] = []
    const pool = poolWith(task => {
      words.push(controlOf(task.control).words)
      return stuck(task)
    })
    let looks = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      if (++looks % 3 === 0) for (const each of words) each.fill(IDLE, STATE)
      return looks * 3_600_000
    })
    expect(fill(pool, 4)).toBe(true)
    expect(looks).toBe(3)
    clock.mockRestore()
  })

  it('never started: the calling thread does all', () => {
    const pool = poolWith(() => null)
    expect(fill(pool, 5)).toBe(true)
    expect(pool.alive).toBe(1)
  })

  it('is not one that the browser refused to start', () => {
    const warn = vi.spyOn(console, 'warn')
    const refusals: (() => void)[] = []
    const pool = poolWith((_, onEnd) => {
      refusals.push(() => onEnd('blocked'))
      return { terminate() {} }
    })
    expect(fill(pool, 6)).toBe(true)
    for (const refuse of refusals) refuse()
    expect(fill(pool, 7)).toBe(true)
    expect([pool.alive, refusals.length]).toEqual([1, 2])
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('as any other is asked for nothing where there are no units, or 0 / 0 of them', () => {
    let words = new Int32Array()
    const pool = poolWith(({ control, thread }) => {
      words = controlOf(control).words as Int32Array<ArrayBuffer>
      Atomics.store(words, STATE + thread, IDLE)
      return { terminate() {} }
    })
    expect(fill(pool, 1)).toBe(true)
    const jobs = words[JOB]!
    expect(jobs).toBeGreaterThan(0)
    for (const none of [0, Number.NaN]) pool.run('fill', none, 1, [block.pointer, 2])
    expect(words[JOB]).toBe(jobs)
    pool.dispose()
  })
})

describe('how many', () => {
  it.each([0, 65, 1.5, Number.NaN])('%d threads are refused', threads => {
    expect(() => threadCount(threads)).toThrowError(`threads is ${threads}`)
  })

  it('a DL_THREADS that is no number is refused by name', ctx => {
    ctx.skip(!('process' in globalThis), 'a page has no environment variables')
    vi.stubEnv('DL_THREADS', 'many')
    expect(() => threadCount()).toThrowErrorMatchingInlineSnapshot(
      `[DlError: DL_THREADS is 'many'; expected a whole number from 1 to 64.]`,
    )
    vi.stubEnv('DL_THREADS', '3')
    expect(threadCount()).toBe(3)
    expect(threadCount(2)).toBe(2)
    vi.unstubAllEnvs()
  })

  it('can change while tensors live', async () => {
    const backend = await useThreads(2)
    tidy(() => {
      const x = tensor1d([1, 2, 3])
      const before = [...exp(x).dataSync()]
      backend.setThreads(1)
      expect(backend.pool.threads).toBe(1)
      expect([...exp(x).dataSync()]).toEqual(before)
      backend.setThreads(2)
    })
  })
})
