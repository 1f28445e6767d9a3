import { build } from 'vite'
import { library } from '../../scripts/tsup'

export default library({
  entry: ['src/main.ts', 'src/report.ts'],
  onSuccess: async () => {
    await build({
      configFile: false,
      root: 'src/page',
      base: './',
      logLevel: 'warn',
      build: {
        outDir: '../../dist/page',
        emptyOutDir: true,
        chunkSizeWarningLimit: 2000,
        // a backend of WebGPU waits for its adapter while it is imported
        target: 'es2022',
      },
    })
  },
})
