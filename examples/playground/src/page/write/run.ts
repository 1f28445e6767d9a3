/** A run in a worker of its own, as the page sees it. */
import type { News, Order } from '../worker/protocol'

export interface RemoteRun {
  send(order: Order): void
  /** The run as a checkpoint; rejects if the worker fails before. */
  snapshot(): Promise<Uint8Array>
  /** Nothing is heard of it any more. */
  end(): void
}

export function remoteRun(
  start: Extract<Order, { kind: 'train' | 'find' }>,
  hear: (news: News) => void,
): RemoteRun {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' })
  const waiting = new Map<number, PromiseWithResolvers<Uint8Array>>()
  let asked = 0
  const fail = (message: string) => {
    for (const { reject } of waiting.values()) reject(new Error(message))
    waiting.clear()
  }
  worker.addEventListener('message', ({ data }: MessageEvent<News>) => {
    if (data.kind === 'problem') fail(data.message)
    if (data.kind === 'snapshot' && waiting.has(data.id)) {
      waiting.get(data.id)!.resolve(data.bytes)
      waiting.delete(data.id)
    } else hear(data)
  })
  worker.addEventListener('error', event => {
    const message = event.message || 'The worker that trains could not be started.'
    fail(message)
    hear({ kind: 'problem', message, code: 'bug' })
  })
  worker.postMessage(start)
  return {
    send: order => worker.postMessage(order),
    snapshot() {
      const id = ++asked
      const answer = deferred<Uint8Array>()
      waiting.set(id, answer)
      worker.postMessage({ kind: 'snapshot', id } satisfies Order)
      return answer.promise
    },
    end() {
      fail('The run was ended.')
      worker.terminate()
    },
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>
  resolve(value: T): void
  reject(reason: Error): void
}

function deferred<T>(): PromiseWithResolvers<T> {
  const result = {} as PromiseWithResolvers<T>
  result.promise = new Promise<T>((resolve, reject) => Object.assign(result, { resolve, reject }))
  return result
}
