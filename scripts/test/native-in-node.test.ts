/**
 * Programs that run on native kernels, made of the packages as they are built: trainings go the same
 * way to the last bit with and without, and whatever forbids or spoils an addon costs speed alone.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../workspace.mjs'
import { installed } from './installed'

/** Losses of 50 steps of three nets, and what ran. */
const TRAIN = `
import { backendInfo } from '@dl/backend-wasm'
import { Generator, manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { CharLM, LanguageModelLoader } from '@dl/text'
import { fit } from '@dl/train'
import { BasicBlock, ResNet } from '@dl/vision'
import { tensor1d, tensor4d } from '@tensorflow/tfjs-core'

const STEPS = 50

async function train(model, train, optimizer, lr) {
  const losses = []
  const lo = new LayerOptimizer(optimizer, model, lr)
  const callbacks = [{ name: 'losses', onBatchEnd: ({ loss }) => { losses.push(loss) } }]
  await fit(model, { train }, 1, lo, crossEntropy, { callbacks })
  lo.dispose()
  model.dispose()
  return losses
}

function text(cell) {
  manualSeed(1)
  const [bs, bptt] = [24, 8]
  const ids = Int32Array.from(manualSeed(1).words(bs * bptt * (STEPS + 8)), word => word % 56)
  const model = new CharLM({ vocab: 56, cell, hidden: 100, layers: 2, dropout: 0.5 })
  const loader = new LanguageModelLoader(ids, { bs, bptt, seed: 1 })
  return train(model, loader, adam, 1e-2)
}

function pictures() {
  manualSeed(1)
  const bs = 16
  const random = new Generator(1)
  const loader = {
    length: STEPS,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < STEPS; i++) {
        const images = tensor4d(random.normal(bs * 16 * 16 * 3), [bs, 16, 16, 3])
        const target = tensor1d(Int32Array.from(random.words(bs), word => word % 10), 'int32')
        yield { inputs: [images], target, items: bs }
      }
    },
  }
  const model = new ResNet({ block: BasicBlock, layers: [1, 1], widths: [16, 36], classes: 10 })
  return train(model, loader, () => sgd({ momentum: 0.9 }), 0.05)
}

const losses = { lstm: await text('lstm'), gru: await text('gru'), resnet: await pictures() }
const { native, threads, threadsAlive } = backendInfo()
console.log(JSON.stringify({ native, threads, threadsAlive, losses }))
`

/** Whether kernels work, and what they are or why not. */
const ASK = `
import { backendInfo } from '@dl/backend-wasm'
import { matMul, ones } from '@tensorflow/tfjs-core'
const ten = await matMul(ones([8, 10]), ones([10, 8])).data()
const { native, nativeOff } = backendInfo()
console.log(JSON.stringify({ ten: ten[0], native, nativeOff }))
`

const addon = `${process.platform}-${process.arch}.node`
const isBuilt = existsSync(join(root, 'packages/native/dist', addon))
const NONE = `@dl/native has no ${addon}: no compiler was there when it was built`
const place = installed()

beforeAll(() => {
  place.write('package.json', '{ "type": "module" }')
  place.write('train.js', TRAIN)
  place.write('ask.js', ASK)
})
afterAll(place.remove)

/** Runs a program with these variables; `args` come before it. */
async function run(program: string, settings: Record<string, string>, args: string[] = []) {
  const { DL_NATIVE: _, DL_THREADS: __, ...env } = process.env
  const child = spawn(process.execPath, [...args, program], {
    cwd: place.folder,
    env: { ...env, NO_COLOR: '1', ...settings },
  })
  let [output, errors] = ['', '']
  child.stdout.on('data', chunk => {
    output += chunk
  })
  child.stderr.on('data', chunk => {
    errors += chunk
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  return { code, output, errors }
}

const answer = async (settings: Record<string, string> = {}, args: string[] = []) => {
  const { output, errors } = await run('ask.js', settings, args)
  expect(output, errors).not.toBe('')
  return { ...JSON.parse(output), errors }
}

describe('native kernels', () => {
  it('train to the same losses, bit for bit, on any number of threads', {
    timeout: 120_000,
  }, async ctx => {
    ctx.skip(!isBuilt, NONE)
    const settings = [{ DL_NATIVE: '0', DL_THREADS: '1' }, { DL_THREADS: '1' }, { DL_THREADS: '2' }]
    const runs = []
    for (const setting of settings) {
      const { output, errors } = await run('train.js', setting as Record<string, string>)
      expect(errors).toBe('')
      runs.push(JSON.parse(output))
    }
    const [alone, one, two] = runs
    expect([alone.native, alone.threadsAlive, two.threads]).toEqual([null, 1, 2])
    expect(one.native).not.toBe(null)
    for (const net of ['lstm', 'gru', 'resnet']) {
      expect(alone.losses[net].length).toBeGreaterThanOrEqual(50)
      expect(alone.losses[net].at(-1)).not.toBe(alone.losses[net][0])
    }
    expect(one.losses).toEqual(alone.losses)
    expect(two.losses).toEqual(alone.losses)
  })

  it('run unless they are turned off', async ctx => {
    ctx.skip(!isBuilt, NONE)
    const { native, nativeOff } = await answer()
    expect(native).toMatch(/^(avx2|avx512|neon)$/)
    expect(nativeOff).toBe(null)
    expect(await answer({ DL_NATIVE: '0' })).toEqual({
      ...{ ten: 10, native: null, nativeOff: 'DL_NATIVE is 0', errors: '' },
    })
  })

  it('asked for by a word that is none, or by one that cannot run, are an error', async () => {
    const wrong = await run('ask.js', { DL_NATIVE: 'fast' })
    expect(wrong.code).toBe(1)
    expect(wrong.errors).toContain("DL_NATIVE is 'fast'; expected 0, avx512, avx2, neon")
    const other = process.arch === 'x64' ? 'neon' : 'avx2'
    const absent = await run('ask.js', { DL_NATIVE: other })
    expect(absent.code).toBe(1)
    expect(absent.errors).toContain(`DL_NATIVE asks for ${other}, but`)
  })
})

describe('without native kernels a program goes on, and is told why', () => {
  it('where addons are forbidden', async ctx => {
    ctx.skip(!isBuilt, NONE)
    const { ten, native, nativeOff, errors } = await answer({}, ['--no-addons'])
    expect({ ten, native, errors }).toEqual({ ten: 10, native: null, errors: '' })
    expect(nativeOff).toContain('does not load: Cannot load native addon')
  })

  it('under the permission model', async ctx => {
    ctx.skip(!isBuilt, NONE)
    const major = Number.parseInt(process.versions.node, 10)
    const flag = major < 24 ? '--experimental-permission' : '--permission'
    const { ten, native, nativeOff } = await answer({}, [flag, '--allow-fs-read=*'])
    expect({ ten, native }).toEqual({ ten: 10, native: null })
    expect(nativeOff).toContain('does not load')
  })

  /** A copy of the package in place of the link, to be spoiled. */
  const spoilt = async (spoil: (folder: string) => void) => {
    const folder = join(place.folder, 'spoilt/node_modules/@dl/native')
    cpSync(join(root, 'packages/native/dist'), join(folder, 'dist'), { recursive: true })
    cpSync(join(root, 'packages/native/package.json'), join(folder, 'package.json'))
    spoil(folder)
    place.write(
      'spoilt.js',
      `import { findNative } from './spoilt/node_modules/@dl/native/dist/index.js'
       console.log(JSON.stringify(findNative()))`,
    )
    const { output, errors } = await run('spoilt.js', {})
    expect(errors).toBe('')
    return JSON.parse(output)
  }

  it('by a file that was cut short', async ctx => {
    ctx.skip(!isBuilt, NONE)
    const { problem, broken } = await spoilt(folder => {
      truncateSync(join(folder, 'dist', addon), 50_000)
    })
    expect(broken).toBe(true)
    expect(problem).toMatch(/\.node is damaged: its checksum is wrong$/)
  })

  it('by an addon of another version', async ctx => {
    ctx.skip(!isBuilt, NONE)
    const { version } = JSON.parse(readFileSync(join(root, 'packages/native/package.json'), 'utf8'))
    const found = await spoilt(folder => {
      const path = join(folder, 'package.json')
      writeFileSync(
        path,
        JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version: '9.9.9' }),
      )
    })
    expect(found).toEqual({
      problem: `${addon} is of version ${version}, @dl/native of 9.9.9`,
      broken: true,
    })
  })

  it('by none for this system', async () => {
    const found = await spoilt(folder => rmSync(join(folder, 'dist', addon), { force: true }))
    expect(found).toEqual({ problem: `@dl/native has no ${addon}`, broken: false })
  })

  it('by kernels with other arguments than the backend knows', async () => {
    const folder = 'older/node_modules/@dl'
    const copy = join(place.folder, folder, 'backend-wasm')
    cpSync(join(root, 'packages/backend-wasm/dist'), join(copy, 'dist'), { recursive: true })
    cpSync(join(root, 'packages/backend-wasm/package.json'), join(copy, 'package.json'))
    const found = { file: 'none', level: 'avx2', version: '9.9.9', contract: 99, checked: false }
    place.write(`${folder}/native/package.json`, '{ "name": "@dl/native" }')
    place.write(
      `${folder}/native/index.js`,
      `exports.findNative = () => (${JSON.stringify(found)})`,
    )
    place.write('older/ask.js', ASK)
    const { output, errors } = await run('older/ask.js', {})
    const problem = '@dl/native 9.9.9 has kernels of contract 99, @dl/backend-wasm of 1'
    expect(JSON.parse(output)).toEqual({ ten: 10, native: null, nativeOff: problem })
    expect(errors).toBe(`@dl/backend-wasm goes on without native kernels: ${problem}.\n`)
  })
})
