import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runProgram } from '../../_kit/test/run-program'
import { NAMES } from '../src/ladder'

const backend = process.env.DL_TEST_BACKEND!
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-cifar10-'))
})

afterAll(() => rm(folder, { recursive: true }))

const program = runProgram(new URL('../dist/main.js', import.meta.url))

function run(...args: string[]) {
  const out = join(folder, args.join('').replace(/\W/g, ''))
  return program('--backend', backend, '--json', '--out', out, ...args)
}

const QUICK = ['--quick', '--data', 'patches']

describe('the program', () => {
  beforeEach(ctx => {
    if (backend === 'cpu') ctx.skip('tfjs-cpu would take minutes')
  })

  it.for(NAMES)('trains %s and reports in one line of JSON', async name => {
    const { code, stderr, report } = await run('--model', name, ...QUICK)
    expect(code, stderr).toBe(0)
    const { history, files, ...rest } = report()
    expect(rest).toMatchObject({ model: name, data: 'patches', backend, seed: 42 })
    expect(rest.accuracy, 'better than guessing').toBeGreaterThan(0.3)
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
    [['--data', '/nowhere'], '/nowhere does not exist'],
    [['--data', ''], '--data is ""; expected something'],
    [
      ['--data', import.meta.filename],
      'program.test.ts is a file; expected a folder, or an archive',
    ],
    [['--data', import.meta.dirname], 'test has no folder train; expected train/<class>/'],
    [['--epochs', '0'], '--epochs is "0"; expected an integer of at least 1'],
    [['--epochs', '-1'], '--epochs is "-1"; expected an integer of at least 1'],
    [['--epochs'], "'--epochs <value>' argument missing; expected a value"],
    [['--epochs', '3', '--cycle-len', '2'], '--epochs is 3 with a --cycle-len of 2'],
    [['--moving-average', '1'], '--moving-average is "1"; expected a number above 0 and below 1'],
    [['--wd', '-1'], '--wd is "-1"; expected a number of at least 0'],
    [['--fast'], 'There is no option --fast; expected one of --help --model'],
  ])('names what is wrong with %j', async (args, message) => {
    const { code, stderr } = await run(...args)
    expect(code).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n'), 'one line').toHaveLength(1)
  })

  it('trains on real pictures', async ctx => {
    if (!process.env.DL_DATA) return ctx.skip('DL_DATA names no folder with CIFAR-10')
    const { code, stderr, report } = await run('--model', 'resnet2', '--quick', '--data', 'tiny')
    expect(code, stderr).toBe(0)
    expect(report()).toMatchObject({ params: 1_966_234, data: 'tiny' })
  })
})
