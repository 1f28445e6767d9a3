import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const gradients = new URL('./packages/core/dist/tfjs-gradients.node.js', import.meta.url)
if (!existsSync(gradients)) {
  throw new Error('Nothing is built yet. Run `npm test`, which builds first, or `pnpm build`.')
}

/** The whole suite runs once on every backend; tfjs-cpu is the oracle. */
const project = (backend: string) => ({
  test: {
    name: backend,
    env: { DL_TEST_BACKEND: backend },
    include: ['{packages,examples}/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
    setupFiles: ['scripts/test-setup.ts'],
    testTimeout: 60_000,
  },
  resolve: { conditions: ['@dl/source'] },
  ssr: { resolve: { conditions: ['@dl/source'] } },
})

export default defineConfig({ test: { projects: [project('cpu'), project('wasm')] } })
