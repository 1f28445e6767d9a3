/** Somebody who is timed: ourselves or another library, each in a process of its own. */
import { type Conversation, converse, type Program } from './conversation'
import type { Hello, Measurement, Question } from './protocol'

/** What comes before a peer's hello: loading PyTorch on a busy machine takes this long. */
const HELLO_MS = 60_000

export interface Peer {
  readonly name: string
  readonly hello: Hello
  /** Null, with the reason on standard error, where it cannot or does not answer in time. */
  measure(question: Question): Promise<Measurement | null>
  close(): void
}

export interface PeerOptions extends Program {
  name: string
  /** How long it may take for an answer from now on. */
  limitMs(): number
}

/** Null where the peer does not start, which is no error: peers are found, not required. */
export async function startPeer(options: PeerOptions): Promise<Peer | null> {
  const { name, limitMs } = options
  let conversation: Conversation
  let hello: Hello
  const start = async () => {
    conversation = converse(options, Math.min(HELLO_MS, limitMs()))
    hello = await conversation.hello
  }
  const tell = (what: string, error: unknown) =>
    process.stderr.write(`${name} ${what}: ${(error as Error).message}\n`)
  try {
    await start()
  } catch (error) {
    tell('is left out', error)
    return null
  }
  return {
    name,
    hello: hello!,
    async measure(question) {
      try {
        if (!conversation.open) await start()
        return await conversation.ask(question, limitMs())
      } catch (error) {
        tell(`did not measure ${JSON.stringify(question.task)}`, error)
        return null
      }
    },
    close: () => conversation.close(),
  }
}
