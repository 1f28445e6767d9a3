/** Programs of Node that used threads: they end when they are done, however that comes about. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../workspace.mjs'
import { installed } from './installed'

const USE_THREADS = `
import { backendInfo } from '@dl/backend-wasm'
import { add, ones } from '@tensorflow/tfjs-core'

export async function useThreads() {
  const x = ones([2 ** 18])
  let sum = add(x, x)
  while (backendInfo().threadsAlive < 4) {
    sum.dispose()
    sum = add(x, x)
    await new Promise(resolve => setTimeout(resolve))
  }
  return 'all are ' + [...new Set(await sum.data())]
}
`

const PROGRAM = `
import { useThreads } from './use-threads.js'
console.log(await useThreads())
`

/** The same in a worker, which is told by its argument how to end. */
const IN_WORKER = `
import { Worker } from 'node:worker_threads'
const worker = new Worker(new URL(process.argv[2], import.meta.url))
worker.on('error', error => console.log('error: ' + error.message))
worker.on('exit', code => console.log('exit ' + code))
if (process.argv[3] === 'terminate') worker.on('message', () => worker.terminate())
`

const ENDLESS = `
import { parentPort } from 'node:worker_threads'
import { useThreads } from './use-threads.js'
console.log(await useThreads())
parentPort.postMessage('ready')
while (true) await useThreads()
`

const TEST = `
import { expect, it } from 'vitest'
import { useThreads } from './use-threads.js'
it('uses threads', async () => expect(await useThreads()).toBe('all are 2'))
`

const place = installed()

beforeAll(() => {
  place.write('package.json', '{ "type": "module" }')
  place.write('use-threads.js', USE_THREADS)
  place.write('done.js', PROGRAM)
  place.write('throws.js', `${PROGRAM}throw new Error('enough')`)
  place.write('rejects.js', `${PROGRAM}Promise.reject(new Error('enough'))`)
  place.write('exits.js', `${PROGRAM}process.exit(3)`)
  place.write('endless.js', ENDLESS)
  place.write('in-worker.js', IN_WORKER)
  place.write('uses.test.js', TEST)
})

afterAll(place.remove)

/** Runs a program with four threads; one that hangs is killed, and then has no code. */
async function run(...args: string[]) {
  const child = spawn(process.execPath, args, {
    cwd: place.folder,
    env: { ...process.env, DL_THREADS: '4', NO_COLOR: '1' },
    timeout: 45_000,
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

describe('a program that used threads', () => {
  it('ends by itself and says nothing', async () => {
    expect(await run('done.js')).toEqual({ code: 0, output: 'all are 2\n', errors: '' })
  })

  it.each(['throws.js', 'rejects.js'])('%s and ends', async program => {
    const { code, output, errors } = await run(program)
    expect({ code, output }).toEqual({ code: 1, output: 'all are 2\n' })
    expect(errors).toContain('Error: enough')
  })

  it('exits when it says so', async () => {
    expect(await run('exits.js')).toEqual({ code: 3, output: 'all are 2\n', errors: '' })
  })
})

describe('a worker that used threads', () => {
  it.each([
    ['./done.js', 'all are 2\nexit 0\n'],
    ['./throws.js', 'all are 2\nerror: enough\nexit 1\n'],
    ['./exits.js', 'all are 2\nexit 3\n'],
  ])('%s ends, and so does its program', async (program, output) => {
    expect(await run('in-worker.js', program)).toEqual({ code: 0, output, errors: '' })
  })

  it('can be terminated at work', async () => {
    const output = 'all are 2\nexit 1\n'
    const ended = await run('in-worker.js', './endless.js', 'terminate')
    expect(ended).toEqual({ code: 0, output, errors: '' })
  })
})

it.each(['threads', 'forks', 'vmThreads', 'vmForks'])('vitest ends with pool %s', async pool => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { code, output, errors } = await run(vitest, 'run', '--root', '.', '--pool', pool)
  expect(output + errors).toMatch(/1 passed/)
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
})
