/** What a page loads that trains a character model: kilobytes after minifying and gzip. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { CHAR_LM } from '../../../scripts/test/packed/char-lm'
import { JAX_JS } from './programs'

const TFJS_LAYERS = `import { tensor, train } from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'

const model = sequential()
model.add(layers.embedding({ inputDim: 56, outputDim: 42, inputLength: 8 }))
model.add(layers.lstm({ units: 256, returnSequences: true }))
model.add(layers.dense({ units: 56, activation: 'softmax' }))
model.compile({ optimizer: train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' })
const ids = tensor(Float32Array.from({ length: 64 * 8 }, (_, i) => i % 56), [64, 8])
globalThis.result = model.trainOnBatch(ids, ids)
`

/** Kilobytes by what the page has. */
export async function bundles() {
  const tfjs = ['@tensorflow/*', '#tfjs-gradients']
  return {
    'ours on WebGL': await kilobytes(`import '@dl/backend-webgl'\n${CHAR_LM}`),
    'ours on wasm': await kilobytes(`import '@dl/backend-wasm'\n${CHAR_LM}`),
    'ours without tfjs and a backend': await kilobytes(CHAR_LM, tfjs),
    'tfjs-layers on WebGL': await kilobytes(
      `import '@tensorflow/tfjs-backend-webgl'\n${TFJS_LAYERS}`,
    ),
    'tfjs-layers on cpu': await kilobytes(`import '@tensorflow/tfjs-backend-cpu'\n${TFJS_LAYERS}`),
    'jax-js': await kilobytes(JAX_JS),
  }
}

/** Of what is loaded at first; parts that come when they are asked for are files of their own. */
async function kilobytes(contents: string, external: string[] = []): Promise<number> {
  const resolveDir = fileURLToPath(new URL('..', import.meta.url))
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir, sourcefile: 'page.js' },
    ...{ bundle: true, minify: true, splitting: true, format: 'esm', outdir: 'out' },
    ...{ write: false, metafile: true, external, absWorkingDir: resolveDir },
  })
  const { outputs } = metafile
  const entry = Object.keys(outputs).find(path => outputs[path]!.entryPoint !== undefined)!
  const first = new Set([entry])
  for (const path of first) {
    for (const one of outputs[path]!.imports) {
      if (one.kind === 'import-statement' && !one.external) first.add(one.path)
    }
  }
  const code = outputFiles.filter(({ path }) => [...first].some(name => path.endsWith(name)))
  return gzipSync(code.map(({ text }) => text).join(''), { level: 9 }).length / 1000
}
