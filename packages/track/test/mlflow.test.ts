import { afterEach, expect, it, vi } from 'vitest'
import { mlflow } from '../src'
import { type Asked, type Stand, stand } from './server'
import { train } from './train'

let server: Stand
afterEach(() => server.close())

const API = '/api/2.0/mlflow/'

/** As the server answers; the experiment is not there at first. */
const answers = ({ path, body }: Asked) => {
  if (path.startsWith(`${API}experiments/get-by-name`)) {
    return { status: 404, error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no such experiment' }
  }
  if (path === `${API}experiments/create`) return { experiment_id: '7' }
  if (path === `${API}runs/create`)
    return { run: { info: { run_id: 'r1', run_name: body.run_name } } }
  return {}
}

const sent = (path: string) =>
  server.asked.filter(one => one.path === API + path).map(({ body }) => body)

it('makes the experiment and the run, logs each epoch, and ends it', async () => {
  server = await stand(answers)
  const config = { lr: 0.1, cell: 'gru' }
  const { history } = await train(
    mlflow(server.url, { name: 'line', experiment: 'lines', config, commit: 'abc', token: 't' }),
  )
  expect(server.asked[0]!.path).toBe(`${API}experiments/get-by-name?experiment_name=lines`)
  expect(server.asked.every(({ headers }) => headers.authorization === 'Bearer t')).toBe(true)
  expect(sent('experiments/create')).toEqual([{ name: 'lines' }])
  expect(sent('runs/create')).toMatchObject([
    {
      experiment_id: '7',
      run_name: 'line',
      tags: [{ key: 'mlflow.source.git.commit', value: 'abc' }],
    },
  ])
  const [params, ...epochs] = sent('runs/log-batch')
  expect(params.params).toEqual([
    { key: 'lr', value: '0.1' },
    { key: 'cell', value: 'gru' },
  ])
  const losses = epochs.map(({ run_id, metrics }) => {
    expect(run_id).toBe('r1')
    return metrics.find(({ key }: { key: string }) => key === 'valLoss')
  })
  expect(losses).toMatchObject(history.map(({ valLoss }, step) => ({ value: valLoss, step })))
  expect(sent('runs/update')).toMatchObject([{ run_id: 'r1', status: 'FINISHED' }])
})

it('sends what a server missed that was away, with the next epoch, and warns once', async () => {
  let calls = 0
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  server = await stand(asked => {
    const isLog = asked.path === `${API}runs/log-batch`
    return isLog && calls++ < 2 ? { status: 503, message: 'busy' } : answers(asked)
  })
  await train(mlflow(server.url, { commit: null }), {}, 3)
  const batches = sent('runs/log-batch').map(({ metrics }) => metrics.length)
  expect(batches).toEqual([3, 6, 9])
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn.mock.calls[0]![0]).toMatch(/^mlflow: .+ answered 503: .*busy.+Training goes on/)
  warn.mockRestore()
})

it('says at the end what was lost', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  server = await stand(asked =>
    asked.path === `${API}runs/log-batch` ? { status: 500 } : answers(asked),
  )
  await train(mlflow(server.url, { commit: null }))
  expect(warn.mock.calls.at(-1)![0]).toMatch(/^mlflow: 2 rows were not sent: /)
  warn.mockRestore()
})

it('says that a run failed', async () => {
  server = await stand(answers)
  const crash = {
    name: 'crash',
    onBatchEnd() {
      throw new Error('power')
    },
  }
  await expect(
    train(mlflow(server.url, { commit: null }), { callbacks: [crash] }),
  ).rejects.toThrow()
  expect(sent('runs/update')).toMatchObject([{ status: 'FAILED' }])
})

it('ends a run before it begins where there is no server', async () => {
  server = await stand(answers)
  await server.close()
  await expect(train(mlflow(server.url))).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/)
  server = await stand(answers)
})

it('refuses what is no address and no experiment', async () => {
  server = await stand(answers)
  expect(() => mlflow(3 as never)).toThrow("mlflow's url is 3; expected a text")
  expect(() => mlflow(server.url, { experiment: '' })).toThrow(`mlflow's experiment is ""`)
})
