/** Before each test file: the backend under test. Around each test: the leak guard. */
import { type LeakGuard, leakGuard } from '@dl/core'
import '@tensorflow/tfjs-backend-cpu'
import { env, ready, setBackend } from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach } from 'vitest'

const backend = import.meta.env.DL_TEST_BACKEND ?? 'cpu'
let guard: LeakGuard

beforeAll(async () => {
  // tfjs greets every process that starts its slow backend in Node
  env().set('IS_TEST', true)
  if (backend === 'wasm') await import('@dl/backend-wasm')
  if (backend === 'webgl') await import('@dl/backend-webgl')
  if (backend === 'webgpu') await import('@dl/backend-webgpu')
  if (backend === 'node') await import('@dl/backend-node')
  await setBackend(backend)
  await ready()
})

beforeEach(() => {
  guard = leakGuard()
})

afterEach(context => {
  if (context.task.result?.state !== 'fail') guard.check(`test "${context.task.name}"`)
})
