/** Which backend runs: the last one imported, or an error; here backends of a CPU that plays others. */
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import {
  getBackend,
  getKernelsForBackend,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  tensor,
} from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AnnouncedBackend, announcedBackends } from '../src/backends/announce'
import { announceBackend, backendInfo, DlError } from '../src/index'

const info = (backend: string) => () => ({
  backend,
  device: 'an abacus',
  threads: 2,
  simd: null,
  native: null,
  precision: 'float32' as const,
  kernels: 0,
  fallbacks: [],
  bytesHeld: null,
  limits: {},
})

const announce = (name: string, factory = () => new MathBackendCPU()) => {
  registerBackend(name, factory, 99)
  for (const kernel of getKernelsForBackend('cpu')) {
    registerKernel({ ...kernel, backendName: name })
  }
  announceBackend({ name, package: `backend-${name}`, info: info(name) })
}

describe('backends that are imported', () => {
  const warn = vi.spyOn(console, 'warn')
  let before: string
  let announced: [string, AnnouncedBackend][]

  beforeEach(() => {
    before = getBackend()
    announced = [...announcedBackends.current]
    announcedBackends.current.clear()
    warn.mockImplementation(() => {})
  })

  afterEach(async () => {
    await setBackend(before)
    for (const name of announcedBackends.current.keys()) removeBackend(name)
    announcedBackends.current.clear()
    for (const [name, one] of announced) announcedBackends.current.set(name, one)
    warn.mockReset()
  })

  it('runs the last one and says that there are two', async () => {
    announce('first')
    announce('second')
    expect(getBackend()).toBe('second')
    expect(backendInfo()).toMatchObject({ backend: 'second', device: 'an abacus' })
    expect(warn.mock.calls.at(-1)).toEqual([
      "backend-second and backend-first are both imported: the last one runs, 'second'. Import one of them.",
    ])
  })

  it('says when tensors were made before, and goes on with them', async () => {
    const x = tensor([1, 2])
    announce('late')
    expect(warn.mock.calls[0]![0]).toMatch(
      /^backend-late is imported after \d+ tensors were made on '.+': each is copied when it is next used\. Import it before the first tensor\.$/,
    )
    expect(await x.data()).toEqual(Float32Array.of(1, 2))
    x.dispose()
  })

  it('does not go on with another where one cannot start', async () => {
    announce('broken', () => {
      throw new Error('no beads')
    })
    let error: unknown
    try {
      tensor([1])
    } catch (thrown) {
      error = thrown
    }
    expect(DlError.is(error, 'backend-failed')).toBe(true)
    expect(String(error)).toContain("the backend 'broken' of backend-broken did not start")
    expect(String(error)).toContain('no beads')
    await expect(setBackend('broken')).rejects.toThrow('no beads')
    expect(warn).not.toHaveBeenCalled()
  })

  it('describes a backend that tells nothing of itself', async () => {
    await setBackend('cpu')
    expect(backendInfo()).toMatchObject({ backend: 'cpu', threads: 1, precision: 'float32' })
    expect(backendInfo().device.length).toBeGreaterThan(0)
  })
})
