/** A peer's process as the bench sees it: one question at a time, each with a time limit. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Hello, Measurement, Question, Reply } from './protocol'

export interface Program {
  command: string
  args: readonly string[]
  env?: Record<string, string>
}

export interface Conversation {
  readonly hello: Promise<Hello>
  /** Whether the process can be asked more. */
  readonly open: boolean
  /** Rejects with the reason; after a reply that did not come in time the conversation is over. */
  ask(question: Question, limitMs: number): Promise<Measurement>
  close(): void
}

type Settle = { resolve(reply: Reply): void; reject(error: Error): void }

export function converse({ command, args, env }: Program, helloLimitMs: number): Conversation {
  const child = spawn(command, [...args], { env: { ...process.env, ...env } })
  let open = true
  let waiting: Settle | null = null
  let complaints = ''
  const end = (reason: string) => {
    open = false
    child.kill('SIGKILL')
    waiting?.reject(new Error(reason))
    waiting = null
  }
  const reply = (limitMs: number): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (!open) return reject(new Error('its process has ended'))
      const limit = setTimeout(() => end(`no answer within ${limitMs / 1000} s`), limitMs)
      const settled =
        <T>(settle: (result: T) => void) =>
        (result: T) => {
          clearTimeout(limit)
          waiting = null
          settle(result)
        }
      waiting = { resolve: settled(resolve), reject: settled(reject) }
    })

  child.on('error', error => end(error.message))
  child.on('close', code => end(`it ended with code ${code}. ${reasonIn(complaints)}`))
  // a process that ended is told of by 'close'
  child.stdin.on('error', () => {})
  child.stderr.on('data', chunk => {
    complaints = (complaints + chunk).slice(-2000)
  })
  createInterface({ input: child.stdout }).on('line', line => {
    // libraries greet on standard output, too
    if (line.startsWith('{')) waiting?.resolve(JSON.parse(line) as Reply)
  })

  return {
    hello: reply(helloLimitMs).then(first => {
      if ('hello' in first) return first.hello
      throw new Error('problem' in first ? first.problem : 'it did not say hello')
    }),
    get open() {
      return open
    },
    async ask(question, limitMs) {
      const answer = reply(limitMs)
      child.stdin.write(`${JSON.stringify(question)}\n`)
      const received = await answer
      if ('measured' in received) return received.measured
      throw new Error('problem' in received ? received.problem : 'it said hello twice')
    },
    close: () => end('it was closed'),
  }
}

/** The error that a program died of, without the places it passed through. */
function reasonIn(complaints: string): string {
  const lines = complaints.trim().split('\n')
  return lines.findLast(line => /^\w*(Error|Exception)\b/.test(line)) ?? lines.at(-1)!
}
