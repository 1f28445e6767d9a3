/** A peer's process may do anything; the bench goes on. */
import { afterEach, expect, it, vi } from 'vitest'
import { type Peer, startPeer } from '../src/harness/peer'
import type { Question } from '../src/harness/protocol'

/** Says hello, greets as libraries do, and answers as the task says. */
const PROGRAM = `
  console.log('{"hello": {"threads": 2, "versions": {}}}')
  console.log('Hi, looks like you are running in Node')
  require('node:readline').createInterface({ input: process.stdin }).on('line', line => {
    const { task } = JSON.parse(line)
    if (task.op === 'crash') throw new Error('out of luck')
    if (task.op === 'cannot') console.log('{"problem": "it has no cannot"}')
    if (task.op === 'fast') console.log('{"measured": {"ms": 3}}')
  })
`

const ask = (op: string): Question => ({ task: { op } })
const complaints = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
const told = () => complaints.mock.calls.map(([text]) => text).join('')
let peer: Peer | null = null

const start = async (program: string, limitMs = 20_000): Promise<Peer | null> => {
  const args = ['-e', program]
  peer = await startPeer({ name: 'it', command: process.execPath, args, limitMs: () => limitMs })
  return peer
}

afterEach(() => {
  peer?.close()
  complaints.mockClear()
})

it('answers', async () => {
  const one = await start(PROGRAM)
  expect(one?.hello.threads).toBe(2)
  expect(await one?.measure(ask('fast'))).toEqual({ ms: 3 })
  expect(told()).toBe('')
})

it('goes on after a task it cannot do', async () => {
  const one = await start(PROGRAM)
  expect(await one?.measure(ask('cannot'))).toBeNull()
  expect(told()).toBe('it did not measure {"op":"cannot"}: it has no cannot\n')
  expect(await one?.measure(ask('fast'))).toEqual({ ms: 3 })
})

it('is started anew after it ended', async () => {
  const one = await start(PROGRAM)
  expect(await one?.measure(ask('crash'))).toBeNull()
  expect(told()).toContain('it ended with code 1')
  expect(told()).toContain('out of luck')
  expect(await one?.measure(ask('fast'))).toEqual({ ms: 3 })
})

it('is ended where no answer comes', async () => {
  let limitMs = 20_000
  const args = ['-e', PROGRAM]
  const options = { name: 'it', command: process.execPath, args }
  peer = await startPeer({ ...options, limitMs: () => limitMs })
  limitMs = 1
  expect(await peer?.measure(ask('silent'))).toBeNull()
  expect(told()).toContain('no answer within 0.001 s')
})

it('is left out where it does not start', async () => {
  expect(await start('process.exit(3)')).toBeNull()
  expect(told()).toContain('it is left out: it ended with code 3')
  const options = { name: 'nobody', args: [], limitMs: () => 20_000 }
  expect(await startPeer({ ...options, command: '/nowhere/python' })).toBeNull()
  expect(told()).toContain('nobody is left out: spawn /nowhere/python ENOENT')
})
