/** What goes wrong on the device comes back as an error that names the operation. */
import { DlError } from '@dl/core'
import {
  add,
  copyRegisteredKernels,
  engine,
  matMul,
  ones,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  type Tensor,
  tidy,
  unique,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TrainingWebGPU } from '../src/backend'
import { launch } from '../src/program'
import { openDevice } from '../src/register'

const active = () => engine().backend as TrainingWebGPU

/** An operation whose program no device accepts. */
beforeAll(() => {
  registerKernel({
    kernelName: 'TestBroken',
    backendName: 'webgpu',
    kernelFunc: ({ backend }) => {
      const webgpu = backend as TrainingWebGPU
      return webgpu.during('TestBroken', () => {
        const out = webgpu.output([2])
        const buffers = { out: { tensor: out, writes: true } }
        const code = 'fn main(at: u32) { out[at] = nonsense; }'
        launch(webgpu, { key: `broken ${Math.random()}`, buffers, code, count: 2 })
        return out
      })
    },
  })
})
afterAll(() => unregisterKernel('TestBroken', 'webgpu'))

/** Too many for tfjs to add them on the host. */
const twos = () => tidy(() => add(ones([2000]), 1))

const broken = () => engine().runKernel('TestBroken', {}) as Tensor

describe('a program that the device refuses', () => {
  it('is an error of whoever reads its result', async () => {
    const x = broken()
    const error = await x.data().catch(error => error)
    expect(DlError.is(error, 'webgpu-error')).toBe(true)
    expect(error.message).toMatch(/^TestBroken did not run on the GPU: /)
    expect(error.message).toMatch(/expected a program that the device accepts; what was computed/)
    x.dispose()
  })

  it('or of a later operation, and is told once', async () => {
    const y = ones([2])
    const x = broken()
    await active().device.queue.onSubmittedWorkDone()
    let error: unknown
    for (let i = 0; i < 50 && error === undefined; i++) {
      try {
        add(y, 1).dispose()
      } catch (caught) {
        error = caught
      }
      await new Promise(resolve => setTimeout(resolve))
    }
    expect(DlError.is(error, 'webgpu-error')).toBe(true)
    const z = add(y, 1)
    expect([...(await z.data())]).toEqual([2, 2])
    for (const t of [x, y, z]) t.dispose()
  })
})

it('no memory is told as such', async () => {
  const x = twos()
  const error = new GPUOutOfMemoryError('there is no more')
  active().device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }))
  await expect(x.data()).rejects.toMatchObject({
    code: 'out-of-memory',
    message:
      'the GPU has no memory left for an operation; expected tensors that fit, all that are alive ' +
      'together. Take smaller batches, and dispose what is not needed any more.',
  })
  expect([...(await x.data())].slice(-3)).toEqual([2, 2, 2])
  x.dispose()
})

describe('a tensor larger than the device allows', () => {
  it('is refused with the name of the operation', async () => {
    const side = Math.ceil(Math.sqrt(active().device.limits.maxBufferSize / 4)) + 64
    const [column, row] = [ones([side, 1]), ones([1, side])]
    const attempt = async () => {
      const product = matMul(column, row)
      try {
        await product.data()
      } finally {
        product.dispose()
      }
    }
    const error = await attempt().catch(error => error)
    expect(DlError.is(error)).toBe(true)
    expect(error.message).toMatch(/BatchMatMul/)
    for (const t of [column, row]) t.dispose()
  })
})

describe('a device that is lost', () => {
  const NAME = 'webgpu-lost'
  let device: GPUDevice
  beforeAll(async () => {
    const opened = await openDevice()
    device = opened.device
    registerBackend(NAME, () => new TrainingWebGPU(device, opened.info))
    copyRegisteredKernels('webgpu', NAME)
    await setBackend(NAME)
  })
  afterAll(async () => {
    await setBackend('webgpu')
    removeBackend(NAME)
  })

  it('says to go on from the last checkpoint, whatever is done', async () => {
    const x = twos()
    expect([...(await x.data())].slice(-3)).toEqual([2, 2, 2])
    const y = add(x, 1)
    device.destroy()
    const errors = [await y.data().catch(error => error)]
    await device.lost
    try {
      add(x, 1)
    } catch (error) {
      errors.push(error)
    }
    for (const error of errors) {
      expect(DlError.is(error, 'device-lost')).toBe(true)
      expect(error.message).toMatch(/^the GPU is gone \(.*\), and all tensors with it; expected/)
      expect(error.message).toMatch(/continue from the last checkpoint\.$/)
    }
    expect(errors.length).toBe(2)
    for (const t of [x, y]) t.dispose()
  })
})

it('an operation without a kernel says so', () => {
  const x = ones([3])
  expect(() => unique(x)).toThrow(
    'the operation Unique has no kernel on WebGPU; expected operations that run on the graphics ' +
      "card. Take the values (`await x.data()`) and compute in JavaScript, or import '@dl/backend-wasm'.",
  )
  x.dispose()
})

it('reading at once is refused in Node', ctx => {
  ctx.skip('document' in globalThis, 'a page can')
  const x = twos()
  expect(() => x.dataSync()).toThrow(
    'a tensor on the GPU was to be read at once (dataSync, arraySync); expected to wait for it, as ' +
      'WebGPU in Node has no other way. Use `await x.data()` or `await x.array()`.',
  )
  x.dispose()
})
