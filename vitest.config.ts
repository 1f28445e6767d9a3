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

const WRONG_KINDS = 'packages/*/test/wrong-kinds.test.ts'

/** What does not depend on the backend, or brings its own, runs once. */
const anyBackend = [
  'scripts/test/**/*.test.ts',
  '.examples/**/*.test.ts',
  'examples/*-web/test/**/*.test.ts',
  'benchmarks/test/**/*.test.ts',
  // what is refused is refused before a backend sees it
  WRONG_KINDS,
]
const suite = ['packages/*/test/**/*.test.ts', 'examples/!(*-web)/test/**/*.test.ts']
/** Tests of a page's own abilities. */
const pageOnly = '**/*.page.test.ts'

/** The whole suite runs once on every backend; tfjs-cpu is the oracle. */
const project = (backend: string, alsoInclude: string[] = []): TestProjectInlineConfiguration => ({
  test: {
    name: backend,
    env: { DL_TEST_BACKEND: backend },
    include: [...suite, ...alsoInclude],
    exclude: ['**/node_modules/**', pageOnly, ...(backend === 'cpu' ? [] : [WRONG_KINDS])],
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

/** The library's suite in a real browser. */
const inChromium = (
  backend: string,
  groupOrder: number,
  reasons: Record<string, string>,
  headers?: Record<string, string>,
): TestProjectInlineConfiguration => {
  if (chromium === null) return absent(backend)
  return {
    test: {
      env: { DL_TEST_BACKEND: backend },
      include: suite,
      exclude: ['**/node_modules/**', WRONG_KINDS],
      setupFiles: ['scripts/test-setup.ts'],
      testTimeout: 60_000,
      isolate: false,
      sequence: { groupOrder },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions }),
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

const webgpu: TestProjectInlineConfiguration = vulkan
  ? project('webgpu')
  : { test: { name: 'webgpu', include: ['scripts/test/no-vulkan.ts'] } }

export default defineConfig({
  test: {
    projects: [
      project('cpu', anyBackend),
      project('wasm'),
      webgpu,
      project('node'),
      inChromium(
        'wasm',
        1,
        { 'packages/backend-webgl/': 'it tests WebGL, see the project chromium-webgl' },
        isolation,
      ),
      inChromium('webgl', 2, {
        'packages/backend-wasm/': 'it tests WebAssembly, see the project chromium-wasm',
        'core/test/fused-recurrent':
          'WebGL has no fused kernels, and recurrent.golden holds the composed ones to PyTorch',
      }),
    ],
  },
})
