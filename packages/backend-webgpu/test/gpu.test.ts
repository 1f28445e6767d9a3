/** What is said where there is no WebGPU, told by what is there. */
import { expect, it } from 'vitest'
import { findAdapter, findGpu } from '../src/gpu'

const hidden = async (f: () => Promise<unknown>) => {
  const { process } = globalThis
  const gpu = Object.getOwnPropertyDescriptor(navigator, 'gpu')
  Object.defineProperty(navigator, 'gpu', { value: undefined, configurable: true })
  Reflect.set(globalThis, 'process', undefined)
  try {
    return await f().catch(error => error)
  } finally {
    Reflect.set(globalThis, 'process', process)
    if (gpu) Object.defineProperty(navigator, 'gpu', gpu)
    else Reflect.deleteProperty(navigator, 'gpu')
  }
}

it('a page without navigator.gpu', async () => {
  const error = (await hidden(() => findGpu())) as Error
  expect(error).toMatchObject({ code: 'webgpu-absent' })
  expect(error.message).toBe(
    'this page has no WebGPU: navigator.gpu is not there; expected a browser with WebGPU, and a page ' +
      "from https or localhost. Import '@dl/backend-wasm' instead of '@dl/backend-webgpu': it runs everywhere.",
  )
})

it('a browser without a card', async () => {
  const none = { requestAdapter: async () => null } as unknown as GPU
  const error = (await hidden(() => findAdapter(none, 'low-power'))) as Error
  expect(error).toMatchObject({ code: 'webgpu-no-adapter' })
  expect(error.message).toBe(
    'this browser has WebGPU but found no graphics card for it; expected a card and a driver that ' +
      "the browser allows (chrome://gpu says which). Import '@dl/backend-wasm' instead of " +
      "'@dl/backend-webgpu': it runs everywhere.",
  )
})
