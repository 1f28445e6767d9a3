/** A peer's side: says hello, then answers each line with what was measured or what went wrong. */
import { createInterface } from 'node:readline'
import type { Hello, Measurement, Question, Reply } from '../harness/protocol'

const say = (reply: Reply): void => {
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}

/** Serves until the bench closes standard input. */
export async function serve(
  hello: Hello,
  answer: (question: Question) => Promise<Measurement>,
): Promise<void> {
  // standard output is for replies
  console.log = console.error
  say({ hello })
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say({ measured: await answer(JSON.parse(line) as Question) })
    } catch (error) {
      say({ problem: (error as Error).message })
    }
  }
  process.exit()
}
