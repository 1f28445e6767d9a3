/** Looks at pictures, apart from the page, which stays fluid meanwhile. */
import { DlError } from '@dl/core'
import { mailbox } from '../worker/mailbox'
import type { SeeNews, SeeOrder } from './protocol'
import { type SeeStart, see } from './train-pictures'

const say = (news: SeeNews): void => postMessage(news)
const mail = mailbox<SeeOrder>()
let isBegun = false

addEventListener('message', ({ data }: MessageEvent<SeeOrder>) => {
  if (isBegun) mail.put(data)
  else void begin(data as SeeStart)
})

async function begin(start: SeeStart): Promise<void> {
  isBegun = true
  try {
    await see(start, say, mail)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    say({ kind: 'problem', message, code: DlError.is(error) ? error.code : 'bug' })
    // a bug should leave its stack somewhere
    if (!DlError.is(error)) console.error(error)
  }
}
