/** tfjs-core's own tests, which it ships in its package, against a backend in a process of its own. */
import { fork } from 'node:child_process'
import { readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { SimdVariant } from '../../packages/backend-wasm/src/simd'
import { findTfjsNode, NO_TFJS_NODE } from '../tfjs-node.mjs'
import { NO_VULKAN, vulkan } from '../webgpu.mjs'
import { root } from '../workspace.mjs'

/** Who differentiates: tfjs as it is, or with @dl/core's repairs. */
export type Gradients = 'tfjs' | 'dl'

export interface TestResult {
  /** The test file, `ops/add` for `ops/add_test.js`. */
  file: string
  name: string
  status: 'passed' | 'failed' | 'pending'
  messages: string[]
}

/** What shows that the run was of what it says. */
export interface Facts {
  /** tfjs says -1, @dl/core 0. */
  absGradientAtZero: number
  simd: SimdVariant | null
}

export interface Report {
  results: TestResult[]
  facts: Facts | null
  /** 0 if the process ended by itself, and without complaint. */
  exitCode: number | null
  stderr: string
}

/** The cpu run is the control: it shows that the harness is right, and how much there is to pass. */
export const runs = {
  cpu: { backend: 'cpu', gradients: 'tfjs', tests: 4232 },
  // two tests are about tfjs's CPU backend by name
  wasm: { backend: 'wasm', gradients: 'tfjs', tests: 4230 },
  'wasm-repaired': { backend: 'wasm', gradients: 'dl', tests: 4230 },
  'wasm-plain': { backend: 'wasm-plain', gradients: 'tfjs', tests: 4230 },
  node: { backend: 'node', gradients: 'dl', tests: 4230 },
  // without those that read at once, or of debug mode, which does
  webgpu: { backend: 'webgpu', gradients: 'dl', tests: 4170 },
} as const satisfies Record<string, { backend: string; gradients: Gradients; tests: number }>

export type RunName = keyof typeof runs

/** Why some of them do not run here. */
export function absent(name: RunName): string | null {
  if (name === 'node') return findTfjsNode() ? null : NO_TFJS_NODE
  if (name !== 'webgpu') return null
  if (process.env.DL_TEST_WHOLE !== 'yes') return 'it takes minutes; `npm test -- --whole`'
  return vulkan ? null : NO_VULKAN
}

/** Longer than any run takes, so that a process that does not end is told from a slow one. */
const PATIENCE = 600_000

const modules = join(root, 'node_modules')

/** Every test file of tfjs-core, as {@link TestResult.file}. */
export const testFiles = readdirSync(
  join(realpathSync(join(modules, '@tensorflow/tfjs-core')), 'dist'),
  { recursive: true, encoding: 'utf8' },
)
  .filter(path => path.endsWith('_test.js'))
  .map(path => path.slice(0, -'_test.js'.length).replaceAll('\\', '/'))
  .sort()

/** Makes one program of the tests, tfjs, the backends and Jasmine. */
export async function bundle(path: string): Promise<void> {
  const load = (file: string) =>
    `load('${file}', () => require('@tensorflow/tfjs-core/dist/${file}_test.js'))`
  await build({
    stdin: {
      contents: ["import { load, run } from './program'", ...testFiles.map(load), 'run()'].join(
        '\n',
      ),
      resolveDir: join(root, 'scripts/conformance'),
    },
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    conditions: ['@dl/source'],
    // Jasmine is tfjs-core's undeclared dependency
    nodePaths: [modules],
    // the package says that its tests have no side effects
    ignoreAnnotations: true,
    logLevel: 'error',
  })
}

export function runTests(program: string, name: RunName): Promise<Report> {
  const { backend, gradients } = runs[name]
  return new Promise((resolve, reject) => {
    const child = fork(program, [backend, gradients], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: PATIENCE,
      execArgv: [],
      env: {
        ...process.env,
        ...vulkan,
        ...(backend === 'node' && { DL_TFJS_NODE: findTfjsNode()!, TF_CPP_MIN_LOG_LEVEL: '3' }),
      },
    })
    let sent: Pick<Report, 'results' | 'facts'> = { results: [], facts: null }
    let stderr = ''
    child.stderr?.on('data', chunk => {
      stderr += chunk
    })
    child.on('message', message => {
      sent = message as typeof sent
    })
    child.on('error', reject)
    child.on('close', exitCode => resolve({ ...sent, exitCode, stderr }))
  })
}
