import {
  add,
  engine,
  exp,
  ones,
  removeBackend,
  setBackend,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { compileKernels, instantiate } from '../src/instance'
import { LinearMemory } from '../src/linear-memory'
import { registerWasm } from '../src/register'
import { threadCount } from '../src/threads/count'
import { ThreadPool } from '../src/threads/pool'
import { controlOf, IDLE, INSIDE, JOB, STATE } from '../src/threads/protocol'
import type { WorkerTask } from '../src/threads/serve'
import { spawnWorker } from '../src/threads/spawn'
import { CASES, differences } from './cases'
import { results, type WasmBackend } from './helpers'

const THREADS = [1, 2, 3, 4]
/** A machine with other work takes seconds to start a worker. */
const PATIENCE = { timeout: 60_000 }
const name = (threads: number) => `wasm-${threads}-threads`

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
