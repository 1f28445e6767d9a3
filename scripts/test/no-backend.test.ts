/** A program without the line that chooses a backend hears which line that is, whatever it does first. */
import { execFileSync } from 'node:child_process'
import { afterAll, expect, it } from 'vitest'
import { installed } from './installed'

/** Each needs a backend; failing leaves things as they were, so that one process tries all. */
const FIRST: Record<string, string> = {
  'new Linear': `new layers.Linear(2, 2)`,
  'new BatchNorm1d': `new layers.BatchNorm1d(2)`,
  'new CharLM': `new text.CharLM({ vocab: 5, hidden: 4 })`,
  resnet20: `vision.resnet20()`,
  'new Parameter': `new core.Parameter(() => tf.zeros([1]))`,
  'new Buffer': `new core.Buffer(() => tf.zeros([1]))`,
  'tensor()': `tf.tensor([1, 2])`,
  'ready()': `await tf.ready()`,
  valueAndGrads: `core.valueAndGrads(() => tf.scalar(1), [])`,
  opInfo: `core.opInfo()`,
  'a loader’s first batch': `
    const squares = { length: 10, get: i => ({ inputs: [[i]], target: [i * i] }) }
    for await (const batch of data.dataLoader(squares, { bs: 4 })) break`,
  'weights from a file': `
    const w = { dtype: 'F32', shape: [1], data: Float32Array.of(1) }
    await data.writeSafetensors('w.safetensors', { w })
    await data.loadTensors('w.safetensors')`,
  "setBackend('wasm')": `await tf.setBackend('wasm')`,
  "setBackend('webgpu')": `await tf.setBackend('webgpu')`,
}

const attempt = ([name, code]: [string, string]) => `
try {
  ${code}
  said[${JSON.stringify(name)}] = 'nothing'
} catch (error) {
  said[${JSON.stringify(name)}] = error.name + ' ' + error.code + ': ' + error.message
}
`

const program = `
import * as core from '@dl/core'
import * as data from '@dl/data'
import * as layers from '@dl/layers'
import * as text from '@dl/text'
import * as vision from '@dl/vision'
import * as tf from '@tensorflow/tfjs-core'

const said = {}
core.manualSeed(1).normal(3) // needs none
${Object.entries(FIRST).map(attempt).join('')}
await import('@dl/backend-wasm')
${attempt(['tensor() with one', 'tf.tensor([1]).dispose()'])}
console.log(JSON.stringify(said))
`

const place = installed()
afterAll(place.remove)

it('each names the line to add', () => {
  place.write('package.json', '{ "type": "module" }')
  place.write('program.js', program)
  const output = execFileSync(process.execPath, ['program.js'], {
    ...{ cwd: place.folder, encoding: 'utf8', timeout: 45_000 },
  })
  const none =
    "DlError no-backend: no backend for TensorFlow.js is imported; expected one before the first tensor. Add the line import '@dl/backend-wasm', which runs everywhere."
  expect(JSON.parse(output)).toEqual({
    ...Object.fromEntries(Object.keys(FIRST).map(name => [name, none])),
    "setBackend('wasm')":
      "DlError no-backend: the backend 'wasm' is not imported; expected the import of one before it is set. Add the line import '@dl/backend-wasm'.",
    "setBackend('webgpu')":
      "DlError no-backend: the backend 'webgpu' is not imported; expected the import of one before it is set. Add the line import '@dl/backend-webgpu'.",
    'tensor() with one': 'nothing',
  })
})
