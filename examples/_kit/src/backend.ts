/** One import chooses the backend; here a flag chooses the import. */
import { type BackendInfo, backendInfo } from '@dl/core'
import { ready, setBackend } from '@tensorflow/tfjs-core'
import { oneOf, text } from './flags'

/** What Node can train on, by the names of `--backend`. */
const backends = {
  wasm: () => import('@dl/backend-wasm'),
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu')
    await setBackend('cpu')
  },
  node: () => import('@dl/backend-node'),
  'node-gpu': () => import('@dl/backend-node/gpu'),
  webgpu: () => import('@dl/backend-webgpu'),
}

export type BackendName = keyof typeof backends

/** The flag's default. */
export const backend = text('wasm')
export const BACKENDS = Object.keys(backends).join(' | ')

export const backendName = (value: string): BackendName =>
  oneOf('backend', value, Object.keys(backends) as BackendName[])

/** Imports a backend, waits until it runs, and tells what it runs on. */
export async function useBackend(name: BackendName): Promise<BackendInfo> {
  await backends[name]()
  await ready()
  return backendInfo()
}
