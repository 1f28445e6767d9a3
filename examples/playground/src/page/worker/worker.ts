/** Trains on text, apart from the page, which stays fluid meanwhile. */
import { DlError } from '@dl/core'
import { findLr } from './find-lr'
import type { News, Order } from './protocol'
import { trainText } from './train-text'

const say = (news: News): void => postMessage(news)

let order: ((order: Order) => void) | null = null

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if (data.kind === 'find') void answer(findLr(data, say))
  else if (data.kind === 'train') {
    const run = trainText(data, say)
    order = run.order
    void answer(run.ended)
  } else order?.(data)
})

async function answer(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    say({
      kind: 'problem',
      message: error instanceof Error ? error.message : String(error),
      code: DlError.is(error) ? error.code : 'bug',
    })
    // a bug should leave its stack somewhere
    if (!DlError.is(error)) console.error(error)
  }
}
