/**
 * An epoch of a language model over the 33,278 words of WikiText-2: perplexity, time of a step, peak
 * of memory. `npm run bench -- wikitext2`; cut off anywhere, the same command goes on.
 * python/wikitext2.py is the same in PyTorch.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { backendInfo } from '@dl/backend-wasm'
import { type Callback, checkpoint, progress, terminateOnNaN } from '@dl/callbacks'
import { DlError, manualSeed } from '@dl/core'
import { fileStorage } from '@dl/data'
import { activationRegularizer, linearCrossEntropy, Module } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import { AWDLSTM, type AWDLSTMOptions, Field, LanguageModelLoader } from '@dl/text'
import { fit } from '@dl/train'
import { setBackend, type Tensor } from '@tensorflow/tfjs-core'
import { end, flag, integer, readOptions } from './harness/options'
import { median } from './harness/statistics'

interface Plan extends Omit<AWDLSTMOptions, 'vocab'> {
  bs: number
  bptt: number
  lr: number
  clip: number
  /** AR and TAR. */
  regularized: boolean
}

/** One of PyTorch's examples, word_language_model; and the paper's for this text. */
const PLANS: Record<string, Plan> = {
  lstm: {
    ...{ embedding: 200, hidden: 200, layers: 2, embeddingDropout: 0, weightDrop: 0 },
    ...{ inputDropout: 0.2, hiddenDropout: 0.2, outputDropout: 0.2 },
    ...{ bs: 20, bptt: 35, lr: 20, clip: 0.25, regularized: false },
  },
  'awd-lstm': {
    ...{ inputDropout: 0.65 },
    ...{ bs: 80, bptt: 70, lr: 30, clip: 0.25, regularized: true },
  },
}

const HELP = `Trains a language model on the words of WikiText-2, which DL_DATA has, for one epoch.

  --model   ${Object.keys(PLANS).join(' | ')}  (default lstm)
  --steps   only the first of them, and no validation: for their time and memory
  --seed    (default 1)
  --out     folder of its checkpoints (default runs/wikitext2)
  --json    one JSON object as the last line
`

const values = readOptions(HELP, {
  model: { type: 'string', default: 'lstm' },
  steps: { type: 'string' },
  seed: { type: 'string', default: '1' },
  out: { type: 'string' },
  json: flag,
})
const plan = PLANS[values.model]
if (plan === undefined) {
  end(`--model is "${values.model}"; expected one of ${Object.keys(PLANS).join(', ')}.`, 1)
}
const steps = values.steps === undefined ? null : integer('steps', values.steps)
const seed = integer('seed', values.seed, 0)

/** What the scores are made of, for the loss; the model itself makes scores. */
class Features extends Module {
  constructor(readonly model: AWDLSTM) {
    super()
  }

  forward(ids: Tensor): Tensor {
    return this.model.features(ids)
  }
}

await setBackend('wasm')
try {
  await main(plan)
} catch (error) {
  if (!DlError.is(error)) throw error
  end(error.message, 1)
}

async function main({ bs, bptt, lr, clip, regularized, ...sizes }: Plan): Promise<void> {
  const field = new Field({ tokenize: words, newlineEos: false })
  // lengths that stay, so that PyTorch's steps are the same
  const loaderOf = (split: string) =>
    new LanguageModelLoader(field.build([read(split)]), { bs, bptt, train: false, name: split })
  const [train, validation] = [loaderOf('train'), loaderOf('valid')]
  manualSeed(seed)
  const model = new AWDLSTM({ vocab: field.vocab.size, ...sizes })
  const lo = new LayerOptimizer(() => sgd(), model, lr, 0, { clip })
  const size = lo.parameters.reduce((sum, parameter) => sum + parameter.size, 0)
  process.stderr.write(
    `${values.model}: ${field.vocab.size} words, ${size} parameters, ${train.length} steps of ${bs}×${bptt}\n`,
  )
  const out = values.out ?? fileURLToPath(new URL('../../runs/wikitext2', import.meta.url))
  const path = join(out, `${values.model}-s${seed}`)
  const resume = steps === null && (await fileStorage().list(`${path}_`)).length > 0
  const before = process.memoryUsage.rss()
  const clock = stopwatch(steps)
  const { history } = await fit(
    new Features(model),
    steps === null ? { train, validation } : { train },
    1,
    lo,
    (features, labels) => linearCrossEntropy(features, model.decoder, labels),
    {
      callbacks: [
        ...(regularized ? [activationRegularizer(model.outputDropout)] : []),
        terminateOnNaN(),
        progress({ stream: process.stderr }),
        clock,
        ...(steps === null ? [checkpoint(path, { everyMinutes: 5, everyEpoch: true })] : []),
      ],
      ...(resume && { resume: path }),
    },
  )
  const [row] = history
  const report = {
    model: values.model,
    vocab: field.vocab.size,
    parameters: size,
    ...{ bs, bptt, steps: clock.times.length, stepMs: median(clock.times), loss: clock.loss() },
    ...(row?.valLoss !== undefined && { valLoss: row.valLoss, perplexity: Math.exp(row.valLoss) }),
    // of the process, and what of it were the words and the weights
    peakBytes: 1024 * process.resourceUsage().maxRSS,
    beforeBytes: before,
    threads: backendInfo().threads,
    native: backendInfo().native,
  }
  lo.dispose()
  model.dispose()
  const { stepMs, loss, perplexity, peakBytes } = report
  process.stderr.write(
    `\n${report.steps} steps, ${stepMs.toFixed(0)} ms each (median), training loss ${loss.toFixed(4)}, ` +
      `${perplexity === undefined ? '' : `validation perplexity ${perplexity.toFixed(2)}, `}` +
      `peak ${(peakBytes / 2 ** 20).toFixed(0)} MiB\n`,
  )
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
}

/** The words of a line as they stand between spaces, and its end. */
function words(text: string): string[] {
  return text.match(/[^ \n]+|\n/g) ?? []
}

function read(split: string): string {
  const folder = process.env.DL_DATA
  if (!folder) end('DL_DATA names no folder; expected one with wikitext-2/wiki.train.tokens.gz.', 1)
  return gunzipSync(readFileSync(join(folder, `wikitext-2/wiki.${split}.tokens.gz`))).toString()
}

/** The time of each step, from its beginning to the end of its update; ends the run after some. */
function stopwatch(steps: number | null): Callback & { times: number[]; loss(): number } {
  const times: number[] = []
  let [began, last] = [0, Number.NaN]
  return {
    name: 'stopwatch',
    times,
    loss: () => last,
    onBatchBegin() {
      began = performance.now()
    },
    onBatchEnd(ctx) {
      times.push(performance.now() - began)
      last = ctx.smoothLoss
      if (times.length === steps) ctx.stop('as many steps as were asked for')
    },
  }
}
