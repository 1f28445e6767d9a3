/** The lesson's runs as processes, ours and PyTorch's: killed, they go on; both agree on a batch. */
import { execFile, spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Generator, manualSeed } from '@dl/core'
import { saveTensors } from '@dl/data'
import { crossEntropy, type Module } from '@dl/layers'
import { dispose, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LADDER } from '../../examples/cifar10/src/ladder'
import { CharSeqStatefulGRU } from '../../examples/rnn-from-scratch/src/models'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const PROGRAM = here('../dist/lesson7/main.js')
const SCRIPT = here('../python/lesson7.py')
const { DL_PYTHON } = process.env
const NO_PYTHON = 'DL_PYTHON names no Python that has PyTorch'
let folder: string
let corpus: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-lesson7-'))
  corpus = join(folder, 'corpus.txt')
  const random = new Generator(1)
  const words = ['what', 'if', 'truth', 'were', 'a', 'woman', 'then', '?\n']
  const text = Array.from({ length: 4000 }, () => words[random.int(words.length)])
  await writeFile(corpus, text.join(' '))
})

afterAll(() => rm(folder, { recursive: true }))

const start = (out: string, ...args: string[]) => {
  const own = ['stateful-rnn', '--epochs', '2', '--data', corpus, '--out', join(folder, out)]
  return spawn(process.execPath, [PROGRAM, ...own, ...args])
}

const ended = (child: ReturnType<typeof start>) =>
  new Promise<number | null>(resolve => child.on('close', resolve))

/** Kills it when its curve has an epoch. */
async function killed(out: string, signal: NodeJS.Signals, curve: string, ...args: string[]) {
  await mkdir(join(folder, out))
  const child = start(out, ...args)
  const watcher = watch(join(folder, out), () => {
    if (existsSync(join(folder, out, curve))) child.kill(signal)
  })
  await ended(child)
  watcher.close()
}

/** A curve without its times. */
async function numbers(out: string, curve: string): Promise<string[]> {
  const lines = (await readFile(join(folder, out, curve), 'utf8')).trim().split('\n')
  return lines.map(line => line.replace(/,[^,]*$/, ''))
}

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'after %s a run goes on to the same curve',
  async signal => {
    const curve = 'stateful-rnn-s1.partial.csv'
    await killed(signal, signal, curve)
    expect(await numbers(signal, curve)).toHaveLength(2)
    expect(await ended(start(signal))).toBe(0)
    if (!existsSync(join(folder, 'whole'))) expect(await ended(start('whole'))).toBe(0)
    expect(await numbers(signal, curve)).toHaveLength(3)
    expect(await numbers(signal, curve)).toEqual(await numbers('whole', curve))
  },
)

describe('the twin', () => {
  it('is left out without PyTorch, and says so', async () => {
    const env = { ...process.env, DL_PYTHON: '' }
    const args = [PROGRAM, 'stateful-rnn', 'sgdr', '--twin']
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    expect(stdout).toBe(
      `stateful-rnn, seed 1: no twin, ${NO_PYTHON}\nsgdr, seed 1: no twin, it compares ours with ours\n`,
    )
  })

  it('goes on to the same curve after SIGTERM', async ctx => {
    if (!DL_PYTHON) return ctx.skip(NO_PYTHON)
    const twin = ['--twin', '--threads', '1']
    const curve = 'stateful-rnn-s1-torch.partial.csv'
    await killed('twin', 'SIGTERM', curve, ...twin)
    expect(await numbers('twin', curve)).toHaveLength(2)
    expect(await ended(start('twin', ...twin))).toBe(0)
    expect(await ended(start('twin-whole', ...twin))).toBe(0)
    expect(await numbers('twin', curve)).toHaveLength(3)
    expect(await numbers('twin', curve)).toEqual(await numbers('twin-whole', curve))
  })

  const compare = async (
    model: Module,
    x: Tensor,
    y: Tensor,
    job: { kind: string; model: string },
  ): Promise<[ours: number, theirs: number]> => {
    const weights = model.stateDict()
    const tensors = join(folder, `${job.model}.safetensors`)
    await saveTensors(tensors, { ...weights, 'batch.x': x, 'batch.y': y })
    const loss = tidy(() => crossEntropy(model.call(x), y))
    const [ours] = await loss.data()
    dispose([weights, loss, x, y])
    model.dispose()
    const path = join(folder, `${job.model}.json`)
    await writeFile(path, JSON.stringify({ ...job, tensors }))
    const { stdout } = await promisify(execFile)(DL_PYTHON!, ['-B', SCRIPT, '--loss', path])
    return [ours!, JSON.parse(stdout).loss]
  }

  it('has the same loss of a batch of text with the same weights', async ctx => {
    if (!DL_PYTHON) return ctx.skip(NO_PYTHON)
    manualSeed(1)
    const model = new CharSeqStatefulGRU({ vocab: 56, nFac: 42, nHidden: 256 })
    const random = new Generator(1)
    const ids = () => Int32Array.from({ length: 8 * 64 }, () => random.int(56))
    const [x, y] = [ids(), ids()].map(data => tensor(data, [8, 64], 'int32')) as [Tensor, Tensor]
    const [ours, theirs] = await compare(model, x, y, { kind: 'text', model: 'gru' })
    expect(Math.abs(ours - theirs)).toBeLessThan(1e-5)
  })

  it('has the same loss of a batch of pictures with the same weights', async ctx => {
    if (!DL_PYTHON) return ctx.skip(NO_PYTHON)
    manualSeed(1)
    const model = LADDER.convbnnet.make(10, 3072, {})
    const random = new Generator(1)
    const x = tensor(random.normal(16 * 32 * 32 * 3), [16, 32, 32, 3])
    const y = tensor(Int32Array.from({ length: 16 }, (_, i) => i % 10))
    const [ours, theirs] = await compare(model, x, y, { kind: 'pictures', model: 'convbnnet' })
    expect(Math.abs(ours - theirs)).toBeLessThan(1e-5)
  })
})
