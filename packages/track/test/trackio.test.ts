import { checkpoint } from '@dl/callbacks'
import { memoryStorage } from '@dl/data'
import { afterEach, expect, it, vi } from 'vitest'
import { trackio } from '../src'
import { type Stand, stand } from './server'
import { train } from './train'

let server: Stand
afterEach(() => server.close())

it('posts each epoch, as bulk_log takes it', async () => {
  server = await stand(() => ({ data: null }))
  const tracker = trackio(`${server.url}/`, {
    ...{ name: 'line', project: 'lines', config: { lr: 0.1 }, commit: 'abc', writeToken: 'w' },
  })
  const { history } = await train(tracker)
  expect(server.asked.map(({ path }) => path)).toEqual(['/api/bulk_log', '/api/bulk_log'])
  expect(server.asked[0]!.headers['x-trackio-write-token']).toBe('w')
  for (const [step, { body }] of server.asked.entries()) {
    expect(body.hf_token).toBe(null)
    const { trnLoss, valLoss } = history[step]!
    expect(body.logs).toEqual([
      {
        ...{ project: 'lines', run: 'line', step, log_id: `line-${step}` },
        config: { commit: 'abc', lr: 0.1 },
        metrics: { trnLoss, valLoss, lr: 0.1 },
      },
    ])
  }
})

it('goes on under its name', async () => {
  server = await stand(() => ({ data: null }))
  const storage = memoryStorage()
  const saver = () => checkpoint('line', { everyEpoch: true, storage })
  await train(trackio(server.url, { name: 'first' }), { callbacks: [saver()] })
  const resume = { path: 'line', storage }
  await train(trackio(server.url, { name: 'second' }), { callbacks: [saver()], resume }, 3)
  expect(server.asked.map(({ body }) => body.logs[0].log_id)).toEqual([
    'first-0',
    'first-1',
    'first-2',
  ])
})

it('waits for a server that is away', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  let calls = 0
  server = await stand(() => (calls++ === 0 ? { status: 400, error: 'no token' } : {}))
  await train(trackio(server.url, { commit: null }))
  expect(server.asked.map(({ body }) => body.logs.length)).toEqual([1, 2])
  expect(warn.mock.calls[0]![0]).toMatch(/^trackio: .+answered 400: .*no token/)
  warn.mockRestore()
})
