/**
 * What runs in the child process, bundled together with tfjs-core's test files: chooses backend and
 * gradients, collects the tests file by file, and sends their results to the parent.
 */
import { useTfjsGradients } from './tfjs-gradients'
// after these: it repairs them
import '@dl/core'
import { Generator } from '@dl/core'
import { abs, findBackend, env as flags, grad, scalar, setBackend } from '@tensorflow/tfjs-core'
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util'
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js'
import type { SimdVariant } from '../../packages/backend-wasm/src/simd'
import type { Facts, Gradients, TestResult } from './run'

const [backend, gradients] = process.argv.slice(2) as [string, Gradients]
if (gradients === 'tfjs') useTfjsGradients()

const backends: Record<string, () => Promise<unknown>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: () => import('@dl/backend-wasm'),
  'wasm-plain': async () => {
    const { registerWasm } = await import('../../packages/backend-wasm/src/register')
    registerWasm('wasm-plain', { simd: 'plain', priority: 0 })
  },
  node: () => import('@dl/backend-node'),
  webgpu: async () => {
    // its index waits at the top level, which a bundle for require cannot
    const { registerWebGPU } = await import('../../packages/backend-webgpu/src/register')
    await registerWebGPU()
  },
}

const jasmine = jasmineRequire.core(jasmineRequire)
jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000
const env = jasmine.getEnv({ suppressLoadErrors: true })
const globals = jasmineRequire.interface(jasmine, env)
env.configure({ random: false })
// tests draw from it without a seed
env.beforeEach(() => {
  const generator = new Generator(20171101)
  Math.random = () => generator.next()
})
setTestEnvs([{ name: backend, backendName: backend, isDataSync: backend !== 'webgpu' }])

let loading = ''
const fileOfSuite = new Map<string, string>()
Object.assign(globalThis, globals, {
  describe(name: string, body: () => void) {
    const suite = globals.describe(name, body)
    fileOfSuite.set(suite.id, loading)
    return suite
  },
})

/** Reads one test file, which says what it has to test. */
export function load(file: string, read: () => void): void {
  loading = file
  read()
}

export async function run(): Promise<void> {
  const results: TestResult[] = []
  const suites: string[] = []
  const add = (file: string, name: string, status: string, failures: { message: string }[]) =>
    results.push({
      file,
      // tfjs puts backend and flags into the names
      name: name.replace(` ${backend} {}`, ''),
      status: status as TestResult['status'],
      messages: failures.map(({ message }) => message),
    })
  env.addReporter({
    suiteStarted: ({ id }) => suites.push(fileOfSuite.get(id) ?? ''),
    suiteDone({ fullName, failedExpectations }) {
      const file = suites.pop()!
      if (failedExpectations.length > 0) add(file, fullName, 'failed', failedExpectations)
    },
    specDone: spec => add(suites.at(-1) ?? '', spec.fullName, spec.status, spec.failedExpectations),
    jasmineDone({ failedExpectations }) {
      if (failedExpectations.length > 0) add('', 'outside of tests', 'failed', failedExpectations)
    },
  })
  await backends[backend]!()
  await env.execute()
  process.send?.({ results, facts: await facts() })
}

async function facts(): Promise<Facts> {
  flags().set('IS_TEST', true) // or tfjs greets whoever starts its CPU backend
  await setBackend(backend)
  const [absGradientAtZero] = await grad(abs)(scalar(0)).data()
  const { simd = null } = findBackend(backend) as { simd?: SimdVariant }
  return { absGradientAtZero: absGradientAtZero!, simd }
}
