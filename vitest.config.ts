import { existsSync } from 'node:fs'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { chromium, isolation, launchOptions } from './scripts/chromium.mjs'
import { skipInPage } from './scripts/page-tests.mjs'
import { vulkan, webgpuArgs } from './scripts/webgpu.mjs'

const gradients = new URL('./packages/core/dist/tfjs-gradients.node.js', import.meta.url)
if (!existsSync(gradients)) {
  throw new Error('Nothing is built yet. Run `npm test`, which builds first, or `pnpm build`.')
}

/** What does not depend on the backend, or brings its own, runs once. */
const anyBackend = [
  'scripts/test/**/*.test.ts',
  '.examples/**/*.test.ts',
  'examples/*-web/test/**/*.test.ts',
  'benchmarks/test/**/*.test.ts',
]
const suite = ['packages/*/test/**/*.test.ts', 'examples/!(*-web)/test/**/*.test.ts']
/** Tests of a page's own abilities. */
const pageOnly = '**/*.page.test.ts'

/**
 * On WebGPU a processor plays the graphics card, which takes minutes for what takes a card seconds.
 * So what is tested of it by default is this; `npm test -- --webgpu` runs the whole suite.
 */
const whole = process.env.DL_TEST_WEBGPU === 'whole'
const onWebGPU = whole
  ? suite
  : [
      'packages/backend-webgpu/test/**/*.test.ts',
      'packages/core/test/{fused-equals-composed,digits}.test.ts',
      'packages/layers/test/{conv2d,pool,recurrent.golden}.test.ts',
    ]
/** The gradients of all operations compile hundreds of programs: once is enough. */
const inNodeOnly = ['packages/core/test/autograd/operations.test.ts']

/** The whole suite runs once on every backend; tfjs-cpu is the oracle. */
const project = (
  backend: string,
  include: string[],
  exclude: string[] = ['packages/backend-webgpu/test/**'],
): TestProjectInlineConfiguration => ({
  test: {
    name: backend,
    env: { DL_TEST_BACKEND: backend },
    include,
    exclude: ['**/node_modules/**', pageOnly, ...exclude],
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
  include?: string[]
  /** The browser's, beside those of all pages. */
  args?: string[]
}

/** The library's suite in a real browser. */
const inChromium = (
  backend: string,
  groupOrder: number,
  reasons: Record<string, string>,
  { headers, include = suite, args = [] }: PageOptions = {},
): TestProjectInlineConfiguration => {
  if (chromium === null) return absent(backend)
  const options = { ...launchOptions, args: [...launchOptions.args, ...args] }
  return {
    test: {
      env: { DL_TEST_BACKEND: backend },
      include,
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
    plugins: [skipInPage(reasons)],
  }
}

/** One skipped test in place of a project, which says why. */
const absent = (backend: string): TestProjectInlineConfiguration => ({
  test: { name: `chromium-${backend}`, include: ['scripts/test/no-chromium.ts'] },
})

// Vulkan's loader is looked for where the environment said so when a process started
Object.assign(process.env, vulkan)

const webgpuInNode: TestProjectInlineConfiguration = vulkan
  ? project('webgpu', whole ? suite : [...onWebGPU, ...inNodeOnly], [
      'packages/backend-{wasm,webgl}/test/**',
    ])
  : { test: { name: 'webgpu', include: ['scripts/test/no-vulkan.ts'] } }

const NOT_WASM = { 'packages/backend-wasm/': 'it tests WebAssembly, see the project chromium-wasm' }
const NOT_WEBGL = { 'packages/backend-webgl/': 'it tests WebGL, see the project chromium-webgl' }
const NOT_WEBGPU = {
  'packages/backend-webgpu/': 'it tests WebGPU, see the projects webgpu and chromium-webgpu',
}

export default defineConfig({
  test: {
    projects: [
      project('cpu', [...suite, ...anyBackend]),
      project('wasm', suite),
      webgpuInNode,
      inChromium('wasm', 1, { ...NOT_WEBGL, ...NOT_WEBGPU }, { headers: isolation }),
      inChromium('webgl', 2, {
        ...NOT_WASM,
        ...NOT_WEBGPU,
        'core/test/fused-recurrent':
          'WebGL has no fused kernels, and recurrent.golden holds the composed ones to PyTorch',
      }),
      inChromium(
        'webgpu',
        3,
        { ...NOT_WASM, ...NOT_WEBGL },
        { include: onWebGPU, args: webgpuArgs },
      ),
    ],
  },
})
