/** The one line that differs between the backends. */
import { backendInfo } from '@dl/core'
import { ready } from '@tensorflow/tfjs-core'

const backends = {
  wasm: () => import('@dl/backend-wasm'),
  webgl: () => import('@dl/backend-webgl'),
  webgpu: () => import('@dl/backend-webgpu'),
}

const TITLES = { wasm: 'WebAssembly', webgl: 'WebGL', webgpu: 'WebGPU' }

/** @returns what computes, in a few words */
export async function useBackend(name: keyof typeof backends): Promise<string> {
  await backends[name]()
  await ready()
  const { device, simd, threads } = backendInfo()
  if (simd === null) return `${TITLES[name]}, ${device}`
  const kind = simd === 'relaxed' ? 'relaxed ' : ''
  return `${TITLES[name]}, ${kind}SIMD, ${threads} thread${threads === 1 ? '' : 's'}`
}
