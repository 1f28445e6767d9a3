/** A server on this machine that answers by a function of the path and the JSON, or lines of it, that it was sent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  path: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was sent
  body: any
  headers: Record<string, string | string[] | undefined>
}

export interface Stand {
  url: string
  asked: Asked[]
  close(): Promise<void>
}

/** Answers with status 200, or what the answer's `status` says. */
export async function stand(
  answer: (asked: Asked) => { status?: number; [key: string]: unknown },
): Promise<Stand> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { headers } = request
    const isLines = headers['content-type'] === 'application/x-ndjson'
    const lines = text.split('\n').map(line => line && JSON.parse(line))
    const one = { path: request.url!, body: isLines ? lines : lines[0], headers }
    asked.push(one)
    const { status = 200, ...body } = answer(one)
    response.writeHead(status, { connection: 'close' }).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
  }
}
