import { build } from 'vite'
import { library } from './tsup'

/**
 * The server of a page, and the page: bundled by Vite without any configuration of ours, except that
 * it is to work from whatever folder it is put in.
 */
export const servedPage = () =>
  library({
    entry: ['src/main.ts'],
    onSuccess: async () => {
      await build({
        configFile: false,
        root: 'src/page',
        base: './',
        logLevel: 'warn',
        worker: { format: 'es' },
        build: {
          outDir: '../../dist/page',
          emptyOutDir: true,
          chunkSizeWarningLimit: 2000,
          // the backend of WebGPU waits for its adapter while it is imported
          target: 'es2022',
        },
      })
    },
  })
