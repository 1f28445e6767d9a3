/** Rows on their way to a server, which may be away for a while: no run ends for that. */
import { DlError } from '@dl/core'

export interface Outbox<T> {
  /** Sends it with all that waits. Where the server is away they wait, and a warning says so once. */
  send(row: T): Promise<void>
  /** Once more; what then still waits is lost, and told. */
  close(): Promise<void>
}

export function outbox<T>(owner: string, post: (rows: readonly T[]) => Promise<void>): Outbox<T> {
  const waiting: T[] = []
  let away = false

  const flush = async (): Promise<Error | null> => {
    const count = waiting.length
    if (count === 0) return null
    try {
      await post(waiting)
      waiting.splice(0, count)
      away = false
      return null
    } catch (error) {
      return error as Error
    }
  }

  return {
    async send(row) {
      waiting.push(row)
      const error = await flush()
      if (error === null || away) return
      away = true
      console.warn(`${owner}: ${error.message} Training goes on, and what was not sent waits.`)
    },
    async close() {
      const error = await flush()
      if (error === null) return
      console.warn(`${owner}: ${waiting.length} rows were not sent: ${error.message}`)
      waiting.length = 0
    },
  }
}

/**
 * POSTs JSON, or GETs where there is nothing to send, and reads JSON.
 *
 * @throws DlError `tracking-failed`, with what the server said
 */
export async function request(
  url: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, {
      headers: { 'content-type': 'application/json', ...headers },
      // a server that keeps silent must not hold up training
      signal: AbortSignal.timeout(10_000),
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
  } catch (cause) {
    throw failed(`${url} cannot be reached: ${reasonOf(cause as Error)}`, cause)
  }
  const said = await response.text()
  if (!response.ok) throw failed(`${url} answered ${response.status}: ${said.slice(0, 300)}`)
  try {
    return said === '' ? {} : JSON.parse(said)
  } catch (cause) {
    throw failed(`${url} answered no JSON but "${said.slice(0, 60)}"`, cause)
  }
}

/** fetch hides why in a cause. */
const reasonOf = ({ message, cause }: Error): string =>
  cause instanceof Error && cause.message !== '' ? cause.message : message

const failed = (problem: string, cause?: unknown): DlError =>
  new DlError('tracking-failed', {
    problem,
    fix: 'Is the server there, and is the token right?',
    cause,
  })
