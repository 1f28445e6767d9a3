/**
 * A page on wasm trains to the bits of Node, and a run that Node began goes on in a page and then in
 * Node again, as if it had never moved. Nothing is written down here: both compute, and are compared.
 */
import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { type Browser, chromium as driver } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium, isolation, launchOptions, NO_CHROMIUM } from '../chromium.mjs'
import { installed } from './installed'

interface Job {
  kind: 'lstm' | 'conv'
  /** What a checkpoint has to make good if it is another. */
  seed: number
  /** After how many steps to stop (default: at the end). */
  stopAt?: number
  /** A checkpoint to go on from, as base64. */
  file?: string
}

interface Trained {
  losses: number[]
  history: object[]
  /** A sum over the bits of all weights and statistics. */
  bits: number
  notes: string[] | null
  file: string
}

const PROGRAM = `
import '@dl/backend-wasm'
import { checkpoint, cosAnneal, ema, lossRecorder, oneCycle } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { memoryStorage } from '@dl/data'
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, crossEntropy, Flatten, Linear, MaxPool2d, ReLU, Sequential } from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { cifar10Stats, datasets, ImageClassifierData, randomFlip, tfmsFromStats } from '@dl/vision'
import { dispose, ready } from '@tensorflow/tfjs-core'

const kinds = {
  lstm() {
    const text = 'the quick brown fox jumps over the lazy dog. '
    const field = new Field({ tokenize: chars })
    const texts = { train: text.repeat(20), validation: text.repeat(4) }
    const data = LanguageModelData.fromTexts(texts, field, { bs: 8, bptt: 10, seed: 1 })
    const model = new CharLM({ vocab: data.nt, cell: 'lstm', hidden: 32, layers: 2, dropout: 0.3 })
    const lo = new LayerOptimizer(adam, model, 5e-3, 1e-5, { clip: 1 })
    return { model, data, lo, callbacks: [cosAnneal(lo), ema(model, { decay: 0.9 })] }
  },
  conv() {
    const tfms = tfmsFromStats(cifar10Stats, 12, { augTfms: [randomFlip()], pad: 2 })
    const set = datasets.shapes({ count: 64, validation: 16, size: 12, seed: 2 })
    const data = new ImageClassifierData(set, { tfms, bs: 8, seed: 1 })
    const model = new Sequential(
      new Conv2d(3, 8, 3, { padding: 1 }), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
      new Conv2d(8, 16, 3, { padding: 1 }), new BatchNorm2d(16), new ReLU(),
      new AdaptiveAvgPool2d(), new Flatten(), new Linear(16, data.c),
    )
    const lo = new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, 0.05, 1e-4)
    return { model, data, lo, callbacks: [oneCycle(lo)] }
  },
}

export async function train({ kind, seed, stopAt, file }) {
  await ready()
  const storage = memoryStorage()
  const path = 'run'
  if (file) await storage.write('run_1.safetensors', Uint8Array.from(atob(file), c => c.charCodeAt(0)))
  manualSeed(seed)
  const { model, data, lo, callbacks } = kinds[kind]()
  const recorder = lossRecorder()
  const own = memoryStorage()
  const saver = checkpoint('kept', { storage: own })
  const stopper = { name: 'stopper', onBatchEnd: ctx => { if (ctx.step === stopAt) ctx.stop() } }
  const { history, resumed } = await fit(model, data, 2, lo, crossEntropy, {
    callbacks: [...callbacks, recorder, stopper, saver],
    ...(file && { resume: { path, storage } }),
  })
  let bits = 0
  const state = model.stateDict()
  for (const tensor of Object.values(state)) {
    const { buffer } = await tensor.data()
    for (const word of new Int32Array(buffer)) bits = Math.imul(bits ^ word, 16777619)
  }
  dispose(state)
  let text = ''
  for (const byte of await own.read(saver.last)) text += String.fromCharCode(byte)
  return { losses: recorder.losses, history, bits, notes: resumed && resumed.notes, file: btoa(text) }
}
globalThis.train = train
`
const MAIN = `
import { readFileSync } from 'node:fs'
import { train } from './program.js'
const all = []
for (const job of JSON.parse(readFileSync(process.argv[2]))) all.push(await train(job))
process.stdout.write(JSON.stringify(all))
`

let place: ReturnType<typeof installed>
let server: Server | undefined
let browser: Browser | undefined
let inPage: (job: Job) => Promise<Trained>

async function inNode(jobs: Job[], env: Record<string, string> = {}): Promise<Trained[]> {
  // a command line has no room for a checkpoint
  const args = [place.write('main.js', MAIN), place.write('jobs.json', JSON.stringify(jobs))]
  const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 28 }
  return JSON.parse((await promisify(execFile)(process.execPath, args, options)).stdout)
}

beforeAll(async () => {
  if (chromium === null) return
  place = installed()
  place.write('package.json', '{ "type": "module" }')
  place.write('program.js', PROGRAM)
  const { code } = await place.withEsbuild('program')
  server = createServer(({ url = '' }, response) => {
    const isScript = url.endsWith('.js')
    const type = isScript ? 'text/javascript' : 'text/html'
    response.writeHead(200, { ...isolation, 'Content-Type': type })
    response.end(isScript ? code : '<!doctype html><script type="module" src="page.js"></script>')
  })
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve))
  browser = await driver.launch(launchOptions)
  inPage = async job => {
    // a page of its own for each, as of another day
    const page = await browser!.newPage()
    await page.goto(`http://127.0.0.1:${(server!.address() as AddressInfo).port}/`)
    await page.waitForFunction('globalThis.train')
    const trained = await page.evaluate(
      job => (globalThis as never as { train(job: Job): Promise<Trained> }).train(job),
      job,
    )
    await page.close()
    return trained
  }
})

afterAll(async () => {
  await browser?.close()
  server?.close()
  place?.remove()
})

const seen = ({ losses, history, bits }: Trained) => ({ losses, history, bits })

describe.each(['lstm', 'conv'] as const)('%s', kind => {
  let whole: Trained
  let first: Trained

  it('has the same bits in a page as in Node, native or not', async ctx => {
    ctx.skip(chromium === null, NO_CHROMIUM)
    const job = { kind, seed: 1 }
    const page = await inPage(job)
    expect(page.losses.length).toBeGreaterThan(10)
    expect(page.losses.at(-1)).toBeLessThan(page.losses[0]!)
    ;[whole, first] = (await inNode([job, { ...job, stopAt: 5 }])) as [Trained, Trained]
    expect(seen(whole)).toEqual(seen(page))
    const [plain] = await inNode([job], { DL_NATIVE: '0' })
    expect(seen(plain!)).toEqual(seen(page))
  })

  it('begins in Node, goes on in a page and ends in Node', async ctx => {
    ctx.skip(chromium === null, NO_CHROMIUM)
    // other seeds: what is not restored shows
    const second = await inPage({ kind, seed: 2, stopAt: 11, file: first.file })
    const [third] = await inNode([{ kind, seed: 3, file: second.file }])
    expect([first, second].map(({ losses }) => losses.length)).toEqual([5, 11])
    expect([second.notes, third!.notes]).toEqual([[], []])
    expect(seen(third!)).toEqual(seen(whole))
    expect((await inPage({ kind, seed: 2, stopAt: 5 })).losses).not.toEqual(first.losses)
  })
})
