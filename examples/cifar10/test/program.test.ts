import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NAMES } from '../src/ladder'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const backend = process.env.DL_TEST_BACKEND!
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-cifar10-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]) {
  const out = join(folder, args.join('').replace(/\W/g, ''))
  const all = ['--backend', backend, '--json', '--out', out, ...args]
  const child = spawn(process.execPath, [program, ...all], {
    env: { ...process.env, NO_COLOR: '1' },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, stderr, report: () => JSON.parse(stdout.trim().split('\n').at(-1)!) }
}

const QUICK = ['--quick', '--data', 'shapes', '--bs', backend === 'cpu' ? '96' : '32']

describe('the program', () => {
  it.each(NAMES)('trains %s and reports in one line of JSON', async name => {
    if (backend === 'cpu' && name === 'resnet2') return
    const { code, stderr, report } = await run('--model', name, ...QUICK)
    expect(code, stderr).toBe(0)
    const { history, files, ...rest } = report()
    expect(rest).toMatchObject({ model: name, data: 'shapes', backend, seed: 42 })
    expect(Object.keys(rest).sort().join()).toBe(
      'accuracy,backend,data,model,msPerBatch,params,seed,valLoss',
    )
    expect(history).toEqual([
      { epoch: 0, trnLoss: expect.any(Number), valLoss: rest.valLoss, accuracy: rest.accuracy },
    ])
    expect(files.length).toBe(3)
    for (const path of files) expect(existsSync(path), path).toBe(true)
  })

  it('averages over augmented pictures', async () => {
    const { report } = await run('--model', 'convnet2', '--tta', ...QUICK)
    const { ttaAccuracy } = report()
    expect(ttaAccuracy).toBeGreaterThanOrEqual(0)
    expect(ttaAccuracy).toBeLessThanOrEqual(1)
  })

  it('gives the same numbers for the same seed', async () => {
    const runs = await Promise.all(
      ['a', 'b'].map(name =>
        run(
          '--model',
          'convbnnet',
          '--seed',
          '7',
          '--lr',
          '0.02',
          ...QUICK,
          '--out',
          join(folder, name),
        ),
      ),
    )
    const [first, second] = runs.map(({ report }) => report().history)
    expect(first).toEqual(second)
  })

  it('draws the curve of the learning rates', async () => {
    const { code, report } = await run('--model', 'simplenet', '--lr-find', ...QUICK)
    expect(code).toBe(0)
    const [path] = report().files
    expect(await readFile(path, 'utf8')).toMatch(/^<svg /)
  })

  it.each([
    [['--model', 'resnet3'], '--model is "resnet3"; expected one of simplenet, convnet'],
    [['--data', '/nowhere'], '/nowhere/train does not exist'],
    [['--epochs', '0'], '--epochs is "0"; expected an integer of at least 1'],
  ])('names what is wrong with %j', async (args, message) => {
    const { code, stderr } = await run(...args)
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })

  it('trains on real pictures', async ctx => {
    if (!process.env.DL_DATA) return ctx.skip('DL_DATA names no folder with CIFAR-10')
    if (backend === 'cpu') return ctx.skip('once is enough')
    const { code, stderr, report } = await run('--model', 'resnet2', '--quick', '--data', 'tiny')
    expect(code, stderr).toBe(0)
    expect(report()).toMatchObject({ params: 1_966_234, data: 'tiny' })
  })
})
