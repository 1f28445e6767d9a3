/** A context of its own, since what is lost stays lost. */
import { lossRecorder } from '@dl/callbacks'
import { type DlError, manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { MathBackendWebGL, setWebGLContext } from '@tensorflow/tfjs-backend-webgl'
import {
  copyRegisteredKernels,
  engine,
  exp,
  ones,
  registerBackend,
  removeBackend,
  setBackend,
  tensor,
} from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'

const lost =
  'the browser has taken the WebGL context away, and all tensors with it; expected a context that ' +
  'stays: a reset of the graphics card ends it, too little memory, too many pages. Load the page ' +
  'again and continue from the last checkpoint; smaller batches need less memory.'

let usual: WebGLRenderingContext
let backend: MathBackendWebGL

beforeEach(async () => {
  usual = (engine().backend as MathBackendWebGL).gpgpu.gl
  backend = new MathBackendWebGL(new OffscreenCanvas(1, 1))
  registerBackend('webgl-to-lose', () => backend)
  copyRegisteredKernels('webgl', 'webgl-to-lose')
  await setBackend('webgl-to-lose')
})

afterEach(async () => {
  await setBackend('webgl')
  setWebGLContext(2, usual)
  removeBackend('webgl-to-lose')
})

const lose = () => backend.gpgpu.gl.getExtension('WEBGL_lose_context')!.loseContext()

it('in the middle of training: says so, and to continue from the last checkpoint', async () => {
  manualSeed(3)
  const text = 'the quick brown fox jumps over the lazy dog. '.repeat(8)
  const field = new Field({ tokenize: chars })
  const data = LanguageModelData.fromTexts({ train: text, validation: text }, field, {
    bs: 4,
    bptt: 8,
    seed: 3,
  })
  const model = new CharLM({ vocab: data.nt, embedding: 4, hidden: 8, cell: 'lstm', layers: 1 })
  const lo = new LayerOptimizer(adam, model, 0.02)
  const recorder = lossRecorder()
  const thief = {
    name: 'thief',
    onBatchEnd() {
      if (recorder.losses.length === 3) lose()
    },
  }
  const error: DlError = await fit(model, data, 1, lo, crossEntropy, {
    callbacks: [recorder, thief],
  }).then(
    () => expect.unreachable('training went on'),
    (caught: DlError) => caught,
  )
  expect(error.message).toBe(lost)
  expect(error.code).toBe('device-lost')
  expect(recorder.losses.length).toBe(3)
  lo.dispose()
  model.dispose()
})

it('while a tensor is read: the reading ends, and not with zeros', async () => {
  const x = ones([20, 20])
  const y = exp(x)
  const reading = y.data()
  lose()
  await expect(reading).rejects.toThrow(lost)
  await expect(y.data()).rejects.toThrow(lost)
  expect(() => exp(y)).toThrow(lost)
  // what the host has stays there
  const z = tensor([4])
  expect((await z.data())[0]).toBe(4)
  for (const t of [x, y, z]) t.dispose()
})
