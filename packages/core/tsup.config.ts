import { build } from 'esbuild'
import { library } from '../../scripts/tsup'

// Node cannot load tfjs-core's gradient registrations (their imports lack extensions), so they are
// bundled for it; the engine they register with lives on globalThis and is shared.
export default library({
  external: ['#tfjs-gradients'],
  onSuccess: async () => {
    await build({
      entryPoints: ['@tensorflow/tfjs-core/dist/register_all_gradients.js'],
      outfile: 'dist/tfjs-gradients.node.js',
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
    })
  },
})
