import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const gradients = new URL('./packages/core/dist/tfjs-gradients.node.js', import.meta.url)
if (!existsSync(gradients)) {
  throw new Error('Nothing is built yet. Run `npm test`, which builds first, or `pnpm build`.')
}

/** What does not depend on the backend runs once: the scripts and the examples of the documentation. */
const anyBackend = ['scripts/test/**/*.test.ts', '.examples/**/*.test.ts']

/** The whole suite runs once on every backend; tfjs-cpu is the oracle. */
const project = (backend: string, alsoInclude: string[] = []) => ({
  test: {
    name: backend,
    env: { DL_TEST_BACKEND: backend },
    include: ['{packages,examples}/*/test/**/*.test.ts', ...alsoInclude],
    setupFiles: ['scripts/test-setup.ts'],
    testTimeout: 60_000,
    // loading tfjs anew for each file would cost more than all tests together
    isolate: false,
  },
  resolve: { conditions: ['@dl/source'] },
  ssr: { resolve: { conditions: ['@dl/source'] } },
})

export default defineConfig({
  test: { projects: [project('cpu', anyBackend), project('wasm')] },
})
