/** MLflow's tracking server, by its REST API 2.0. */
import type { Callback, TrainContext } from '@dl/callbacks'
import { checkOptions, DlError } from '@dl/core'
import { outbox, request } from './outbox'
import { checkRun, checkText, numbersOf, type RunOptions, runInfo } from './run'

export interface MlflowOptions extends RunOptions {
  /** Made where there is none of this name (default `dl`). */
  experiment?: string
  /** For a server that asks for one: `Authorization: Bearer …`. */
  token?: string
}

export interface Mlflow extends Callback {
  /** The server's name for the run; null before it begins. */
  readonly runId: string | null
}

interface Metric {
  key: string
  /** JSON has no NaN; the server reads it as a text. */
  value: number | string
  timestamp: number
  step: number
}

/**
 * Tells an MLflow server of each epoch: losses, metrics and learning rate, by epoch; settings as
 * parameters, the commit as its tag. The first call fails where there is no server; later ones wait for
 * it. A run that goes on from a checkpoint goes on there, too.
 *
 * @param url of the server: `http://localhost:5000`
 * @throws DlError `bad-option`; when the run begins `tracking-failed`
 *
 * @example
 * ```ts
 * import { mlflow } from '@dl/track'
 *
 * mlflow('http://localhost:5000', { experiment: 'chars', config: { lr: 1e-2 } }).runId // → null
 * ```
 */
export function mlflow(url: string, options: MlflowOptions = {}): Mlflow {
  const known = ['name', 'config', 'commit', 'experiment', 'token'] as const
  const { experiment = 'dl', token, ...run } = checkOptions('mlflow', options, known)
  checkText('mlflow', 'url', url)
  checkText('mlflow', 'experiment', experiment)
  checkText('mlflow', 'token', token)
  checkRun('mlflow', run)
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }
  const api = (path: string, body?: object) =>
    request(`${url.replace(/\/$/, '')}/api/2.0/mlflow/${path}`, body, headers)
  const box = outbox<Metric[]>('mlflow', async rows => {
    await api('runs/log-batch', { run_id: runId, metrics: rows.flat() })
  })
  let runId: string | null = null

  const begin = async (): Promise<string> => {
    const { name, config } = await runInfo(run)
    const { commit, ...settings } = config
    const { run: made } = (await api('runs/create', {
      experiment_id: await experimentId(api, experiment),
      run_name: name,
      start_time: Date.now(),
      tags: commit === undefined ? [] : [{ key: 'mlflow.source.git.commit', value: commit }],
    })) as { run: { info: { run_id: string } } }
    const id = made.info.run_id
    const params = Object.entries(settings).map(([key, value]) => ({ key, value: String(value) }))
    // the server takes a hundred at a time
    for (let i = 0; i < params.length; i += 100) {
      await api('runs/log-batch', { run_id: id, params: params.slice(i, i + 100) })
    }
    return id
  }
  const update = async (status: string): Promise<void> => {
    await api('runs/update', { run_id: runId, status, end_time: Date.now() })
  }

  return {
    name: 'mlflow',
    get runId() {
      return runId
    },
    async onTrainBegin({ resumed }) {
      if (!resumed) runId = null
      if (runId === null) runId = await begin()
      else await api('runs/update', { run_id: runId, status: 'RUNNING' })
    },
    onEpochEnd: ctx => box.send(metricsOf(ctx)),
    async onError() {
      if (runId === null) return
      await box.close()
      await update('FAILED').catch(warn)
      runId = null
    },
    async onTrainEnd({ stopped }) {
      if (runId === null) return
      await box.close()
      await update(stopped ? 'KILLED' : 'FINISHED').catch(warn)
    },
    state: () => ({ runId }),
    restore(state) {
      runId = (state as { runId: string | null }).runId
    },
  }
}

const warn = ({ message }: Error): void => console.warn(`mlflow: ${message}`)

type Api = (path: string, body?: object) => Promise<unknown>

async function experimentId(api: Api, name: string): Promise<string> {
  try {
    const query = new URLSearchParams({ experiment_name: name })
    const found = await api(`experiments/get-by-name?${query}`)
    return (found as { experiment: { experiment_id: string } }).experiment.experiment_id
  } catch (error) {
    if (!DlError.is(error) || !error.message.includes('RESOURCE_DOES_NOT_EXIST')) throw error
    const made = await api('experiments/create', { name })
    return (made as { experiment_id: string }).experiment_id
  }
}

function metricsOf(ctx: TrainContext): Metric[] {
  const { epoch: step } = ctx
  const timestamp = Date.now()
  return Object.entries(numbersOf(ctx)).map(([key, number]) => {
    const value = Number.isFinite(number) ? number : String(number)
    return { key, value, timestamp, step }
  })
}
