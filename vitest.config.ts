import { existsSync } from 'node:fs'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { chromium, isolation, launchOptions, NO_CHROMIUM } from './scripts/chromium.mjs'
import { NO_NATIVE, native } from './scripts/native/addon.mjs'
import { skipInPage } from './scripts/page-tests.mjs'
import { findTfjsNode, NO_TFJS_NODE } from './scripts/tfjs-node.mjs'
import { NO_VULKAN, vulkan, webgpuArgs } from './scripts/webgpu.mjs'

const gradients = new URL('./packages/core/dist/tfjs-gradients.node.js', import.meta.url)
if (!existsSync(gradients)) {
  throw new Error('Nothing is built yet. Run `npm test`, which builds first, or `pnpm build`.')
}

const suite = ['packages/*/test/**/*.test.ts', 'examples/!(*-web|playground)/test/**/*.test.ts']
/** Tests of a page's own abilities. */
const pageOnly = '**/*.page.test.ts'
/**
 * They ask onnxruntime, the decoder that stands in where @napi-rs/image is missing, and servers of their
 * own, which are Node's.
 */
const nodeOnly = [
  'packages/onnx/test/**',
  'packages/track/test/**',
  'packages/vision/test/decode/png.test.ts',
]
/** It compares native kernels with WebAssembly's. */
const nativeOnly = 'packages/backend-wasm/test/native.test.ts'
/** What is refused before a backend sees it; it is tried once. */
const refusals = [
  'packages/*/test/wrong-kinds.test.ts',
  'packages/backend-node/test/complaints.test.ts',
]

/** What does not depend on the backend, or brings its own, runs once. */
const anyBackend = [
  'scripts/test/**/*.test.ts',
  '.examples/**/*.test.ts',
  'examples/{*-web,playground}/test/**/*.test.ts',
  'benchmarks/test/**/*.test.ts',
  'trust/test/**/*.test.ts',
]

/**
 * A processor that plays a graphics card takes minutes for what takes a card seconds. So what is
 * tested there by default is what a backend can get wrong: its kernels and their gradients, layers
 * held to PyTorch, and whole trainings; likewise on TensorFlow. `npm test -- --whole` runs all of it.
 */
const isWhole = process.env.DL_TEST_WHOLE === 'yes'
const common = { DL_TEST_WHOLE: isWhole ? 'yes' : '' }
const short = [
  'packages/backend-*/test/**/*.test.ts',
  // recurrent layers are held to the composed ones, whose golden values wasm and cpu have
  'packages/core/test/**/!(recurrent.golden).test.ts',
  'packages/layers/test/{conv2d,pool,batch-norm,empty,embedding,recurrent.golden}.test.ts',
  'examples/{swap,cifar10}/test/{conformance,teacher-forced}.test.ts',
]
const byDefault = isWhole ? suite : short
/** WebGPU's programs are the same in a page as in Node; what a page adds is tested there. */
const webgpuInPage = isWhole
  ? suite
  : [
      'packages/backend-webgpu/test/**/*.test.ts',
      'packages/core/test/fused-equals-composed.test.ts',
    ]

/** What native kernels can get wrong: each of them, layers, and what trains. The rest with `--whole`. */
const onNative = isWhole ? suite : ['packages/{backend-wasm,core,layers,optim}/test/**/*.test.ts']

/** Whole trainings, which tfjs's CPU backend takes minutes for; they run on wasm. */
const trainings = [
  'examples/*/test/program.test.ts',
  'packages/text/test/char-lm.test.ts',
  'packages/optim/test/ten-steps.golden.test.ts',
]

/** The folders of the packages that are other backends. */
const othersThan = (backend: string): string[] =>
  ['wasm', 'webgl', 'webgpu', 'node']
    .filter(name => name !== backend)
    .map(name => `packages/backend-${name}/test/!(complaints).test.ts`)

/** The suite in Node. */
const project = (
  backend: string,
  include: string[],
  {
    name = backend,
    env = {},
    exclude = [],
  }: { name?: string; env?: Record<string, string>; exclude?: string[] } = {},
): TestProjectInlineConfiguration => ({
  test: {
    name,
    env: { ...common, DL_TEST_BACKEND: backend, ...env },
    include,
    exclude: [
      ...exclude,
      ...['**/node_modules/**', pageOnly, ...othersThan(backend)],
      ...(backend === 'cpu' ? trainings : refusals),
    ],
    setupFiles: ['scripts/test-setup.ts'],
    testTimeout: 60_000,
    // SwiftShader compiles for seconds
    hookTimeout: 60_000,
    // loading tfjs anew for each file would cost more than all tests together
    isolate: false,
    sequence: { groupOrder: 0 },
  },
  resolve: { conditions: ['@dl/source'] },
  ssr: { resolve: { conditions: ['@dl/source'] } },
})

interface PageOptions {
  headers?: Record<string, string>
  /** Which tests (default: the suite). */
  include?: string[]
  /** Flags of the browser beside those of all pages. */
  args?: string[]
}

/** The suite in a real browser. Pages follow one another, as each takes all cores. */
const inChromium = (
  backend: string,
  groupOrder: number,
  { headers, include = suite, args = [] }: PageOptions,
): TestProjectInlineConfiguration => {
  if (chromium === null) return absent(`chromium-${backend}`, NO_CHROMIUM)
  const options = { ...launchOptions, args: [...launchOptions.args, ...args] }
  return {
    test: {
      env: { ...common, DL_TEST_BACKEND: backend },
      include,
      exclude: ['**/node_modules/**', ...nodeOnly, ...refusals, ...othersThan(backend)],
      setupFiles: ['scripts/test-setup.ts'],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      isolate: false,
      sequence: { groupOrder },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: options }),
        instances: [{ browser: 'chromium', name: `chromium-${backend}` }],
      },
    },
    server: { headers },
    resolve: { conditions: ['@dl/source', 'module', 'browser', 'development|production'] },
    // told beforehand: a dependency found during the run would reload the page
    optimizeDeps: {
      include: [
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-core/dist/register_all_gradients.js',
        '@tensorflow/tfjs-backend-cpu',
        '@dl/backend-webgl > @tensorflow/tfjs-backend-webgl',
        '@dl/backend-webgpu > @tensorflow/tfjs-backend-webgpu',
        ...['fast-png', 'fflate', 'image-size', 'modern-tar', 'p-limit', 'papaparse'].map(
          name => `@dl/vision > ${name}`,
        ),
      ],
    },
    plugins: [skipInPage()],
  }
}

/** One skipped test in place of a project, which says why. */
const absent = (name: string, reason: string): TestProjectInlineConfiguration => ({
  test: { name, include: ['scripts/test/absent.ts'], env: { DL_TEST_ABSENT: reason } },
})

const tfjsNode = findTfjsNode()
// Vulkan's loader is looked for where the environment said so when a process started
Object.assign(process.env, vulkan)

export default defineConfig({
  test: {
    // vitest would leave one core free, which of two is half of them
    maxWorkers: '100%',
    projects: [
      project('cpu', [...suite, ...anyBackend]),
      project('wasm', suite, { env: { DL_NATIVE: '0' }, exclude: [nativeOnly] }),
      native
        ? project('wasm', onNative, { name: 'wasm-native', env: { DL_NATIVE: '' } })
        : absent('wasm-native', NO_NATIVE),
      tfjsNode
        ? project('node', byDefault, { env: { DL_TFJS_NODE: tfjsNode } })
        : absent('node', NO_TFJS_NODE),
      vulkan ? project('webgpu', byDefault) : absent('webgpu', NO_VULKAN),
      inChromium('wasm', 1, { headers: isolation }),
      inChromium('webgl', 2, { include: byDefault }),
      inChromium('webgpu', 3, { include: webgpuInPage, args: webgpuArgs }),
    ],
  },
})
