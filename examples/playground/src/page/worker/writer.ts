/** Lets the net write while it trains: now and then, and each time it has become clearly better. */
import type { TrainContext } from '@dl/callbacks'
import { generate } from '@dl/text'
import type { Language } from './language'
import type { Letter, News, Sample } from './protocol'

const LETTERS = 180
const FRAME_LETTERS = 72
const TEMPERATURE = 0.7
const FIRST_MS = 500
const EVERY_MS = 3000
/** Writing takes at most this part of the time: a card that a processor plays writes slowly. */
const SHARE = 0.1
/** A frame of the film each time the loss has fallen by so much. */
const FRAME_STEP = 0.2

export function writer({ model, data }: Language, prompt: string, say: (news: News) => void) {
  let from = prompt
  let due = performance.now() + FIRST_MS
  let nextFrame = Infinity

  async function sample({ step, smoothLoss }: TrainContext, length: number): Promise<Sample> {
    const letters: Letter[] = []
    let unknown: string[] = []
    await generate(model, data.field, from, {
      ...{ length, temperature: TEMPERATURE, seed: step },
      onToken: (text, { probability, likeliest }) =>
        letters.push({
          ...{ text, probability },
          likeliest: likeliest().map(one => [one.token, one.probability]),
        }),
      onUnknown: tokens => {
        unknown = [...tokens]
      },
    })
    return { prompt: from, letters, step, loss: smoothLoss, unknown }
  }

  const anew = async (ctx: TrainContext, prompt = from) => {
    from = prompt
    const began = performance.now()
    say({ kind: 'sample', isFrame: false, ...(await sample(ctx, LETTERS)) })
    const now = performance.now()
    due = now + Math.max(EVERY_MS, (now - began) / SHARE)
  }

  return {
    anew,
    /** Writes if it is time to. */
    async now(ctx: TrainContext) {
      if (nextFrame === Infinity || ctx.smoothLoss < nextFrame) {
        say({ kind: 'sample', isFrame: true, ...(await sample(ctx, FRAME_LETTERS)) })
        nextFrame = FRAME_STEP * Math.floor(ctx.smoothLoss / FRAME_STEP)
      }
      if (performance.now() >= due) await anew(ctx)
    },
  }
}
