/** trackio, the tracker of Hugging Face: on a machine of one's own, or as a Space. */
import type { Callback } from '@dl/callbacks'
import { checkOptions } from '@dl/core'
import { outbox, request } from './outbox'
import { type Config, checkRun, checkText, numbersOf, type RunOptions, runInfo } from './run'

export interface TrackioOptions extends RunOptions {
  /** Runs to be compared (default `dl`). */
  project?: string
  /** A server's write token, `TRACKIO_WRITE_TOKEN` there. */
  writeToken?: string
  /** For a Space: a token of Hugging Face that may write. */
  hfToken?: string
}

interface Row {
  project: string
  run: string
  metrics: Record<string, number>
  step: number
  config: Config
  /** The same for the same epoch, which the server then has once. */
  log_id: string
}

/**
 * Tells a trackio server of each epoch. What it misses while it is away is sent with the next epoch. A
 * run that goes on from a checkpoint goes on under its name.
 *
 * @param url of the server: `http://localhost:7860`, `https://user-space.hf.space`
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { trackio } from '@dl/track'
 *
 * trackio('http://localhost:7860', { project: 'chars', name: 'gru' }).name // → trackio
 * ```
 */
export function trackio(url: string, options: TrackioOptions = {}): Callback {
  const known = ['name', 'config', 'commit', 'project', 'writeToken', 'hfToken'] as const
  const { project = 'dl', writeToken, hfToken, ...run } = checkOptions('trackio', options, known)
  checkText('trackio', 'url', url)
  checkText('trackio', 'project', project)
  checkText('trackio', 'writeToken', writeToken)
  checkText('trackio', 'hfToken', hfToken)
  checkRun('trackio', run)
  const headers: Record<string, string> =
    writeToken === undefined ? {} : { 'x-trackio-write-token': writeToken }
  const box = outbox<Row>('trackio', async logs => {
    const body = { logs, hf_token: hfToken ?? null }
    await request(`${url.replace(/\/$/, '')}/api/bulk_log`, body, headers)
  })
  let name = ''
  let config: Config = {}

  return {
    name: 'trackio',
    async onTrainBegin({ resumed }) {
      const info = await runInfo(run)
      if (!resumed || name === '') name = info.name
      config = info.config
    },
    onEpochEnd(ctx) {
      const { epoch: step } = ctx
      const metrics = numbersOf(ctx)
      return box.send({ project, run: name, metrics, step, config, log_id: `${name}-${step}` })
    },
    onTrainEnd: () => box.close(),
    state: () => ({ name }),
    restore(state) {
      name = (state as { name: string }).name
    },
  }
}
