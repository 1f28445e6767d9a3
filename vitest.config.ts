import { existsSync } from 'node:fs'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { chromium, isolation, launchOptions } from './scripts/chromium.mjs'
import { skipInPage } from './scripts/page-tests.mjs'
import { findTfjsNode } from './scripts/tfjs-node.mjs'

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
  'packages/backend-node/test/complaints.test.ts',
]
const suite = ['packages/!(backend-node)/test/**/*.test.ts', 'examples/!(*-web)/test/**/*.test.ts']
/** Tests of a page's own abilities. */
const pageOnly = '**/*.page.test.ts'

/** The whole suite runs once on every backend; tfjs-cpu is the oracle. */
const project = (backend: string, alsoInclude: string[] = []): TestProjectInlineConfiguration => ({
  test: {
    name: backend,
    env: { DL_TEST_BACKEND: backend },
    include: [...suite, ...alsoInclude],
    exclude: ['**/node_modules/**', pageOnly],
    setupFiles: ['scripts/test-setup.ts'],
    testTimeout: 60_000,
    // loading tfjs anew for each file would cost more than all tests together
    isolate: false,
    sequence: { groupOrder: 0 },
  },
  resolve: { conditions: ['@dl/source'] },
  ssr: { resolve: { conditions: ['@dl/source'] } },
})

/** tfjs-node: its own tests and what says most, or all where it is asked for by name. */
const onTfjsNode = (): TestProjectInlineConfiguration => {
  const folder = findTfjsNode()
  if (folder === null) return { test: { name: 'node', include: ['scripts/test/no-tfjs-node.ts'] } }
  const asked = /--project[= ]node( |$)/.test(process.argv.join(' '))
  const own = 'packages/backend-node/test/**/*.test.ts'
  const { test, ...rest } = project('node', [own])
  return {
    ...rest,
    test: {
      ...test,
      env: { ...test?.env, DL_TFJS_NODE: folder },
      ...(!asked && {
        include: [
          own,
          'packages/core/test/{autograd/operations,fused-equals-composed,ops.golden,recurrent.golden}.test.ts',
          'packages/layers/test/{batch-norm,conv2d,more-layers,pool,recurrent.golden}.test.ts',
        ],
      }),
    },
  }
}

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

export default defineConfig({
  test: {
    projects: [
      project('cpu', anyBackend),
      project('wasm'),
      onTfjsNode(),
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
