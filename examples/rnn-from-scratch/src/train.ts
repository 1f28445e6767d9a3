/** One step of the ladder: its data, its model, its learning rates, and what it then predicts. */
import { cosAnneal, type EpochRow, progress, terminateOnNaN } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { take } from '@dl/data'
import { type Corpus, type OwnRun, stopwatch } from '@dl/example-kit'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { fit } from '@dl/train'
import { dispose, tidy } from '@tensorflow/tfjs-core'
import type { CharData } from './data'
import type { Options } from './options'
import { type CharModel, planOf, STEPS, type Step, type StepName } from './steps'

/** A few batches get nowhere at the lesson's rates. */
const QUICK_LR = 1e-2

/** How much of the lesson's work is done. */
export interface Scale {
  nHidden: number
  /** At most this batch size. */
  bs: number
  /** At most so many batches of an epoch, for training and for validation. */
  train: number
  validation: number
  /** At most so many epochs at each learning rate. */
  epochs: number
}

const WHOLE = Number.POSITIVE_INFINITY
export const SCALES = {
  lesson: { nHidden: 256, bs: WHOLE, train: WHOLE, validation: WHOLE, epochs: WHOLE },
  small: { nHidden: 128, bs: 64, train: 400, validation: 60, epochs: 1 },
  quick: { nHidden: 32, bs: 32, train: 30, validation: 5, epochs: 1 },
} satisfies Record<string, Scale>

export interface Row {
  step: StepName
  adds: string
  params: number
  vocab: number
  rows: number
  batches: { train: number; validation: number }
  history: (EpochRow & { lr: number })[]
  valLoss: number | null
  /** What comes after each of the lesson's strings. */
  predictions: Record<string, string>
  msPerBatch: number
  stopped: string | null
}

export async function trainStep(
  name: StepName,
  corpus: Corpus,
  options: Options,
  scale: Scale,
  say: (text: string) => void,
  own: OwnRun,
): Promise<Row> {
  const step: Step = STEPS[name]
  manualSeed(options.seed)
  const bs = options.bs ?? Math.min(step.bs, scale.bs)
  const data = step.data(corpus, { bs, seed: options.seed })
  const loaders = {
    train: scale.train === WHOLE ? data.train : take(data.train, scale.train),
    validation:
      scale.validation === WHOLE ? data.validation : take(data.validation, scale.validation),
  }
  const model = step.model({ vocab: data.vocab, nFac: 42, nHidden: scale.nHidden })
  const params = [...model.parameters()].reduce((sum, { size }) => sum + size, 0)
  const batches = { train: loaders.train.length ?? 0, validation: loaders.validation.length ?? 0 }
  say(
    `\n${name}: ${step.adds}\n${model}\n${params} parameters, ${batches.train} batches an epoch\n`,
  )

  const phases = step.phases.map(phase => ({
    ...phase,
    epochs: Math.min(phase.epochs, scale.epochs),
  }))
  const plan = planOf(phases, options.lr ?? (options.quick ? QUICK_LR : null), options.epochs)
  const lo = new LayerOptimizer(adam, model, plan[0]!.lr, step.wd)
  const watch = stopwatch()
  const stream = { isTTY: process.stderr.isTTY, columns: process.stderr.columns, write: say }
  const history: Row['history'] = []
  let stopped: string | null = null
  try {
    for (const [phase, { lr, epochs, sgdr }] of plan.entries()) {
      // one that is done is gone through at once
      const { saver, resume } = await own.part(`${name}-${phase}`)
      lo.setBaseLrs(lr) // the same optimizer: Adam's memory goes on
      const schedule = sgdr ? [cosAnneal(lo, { cycleLen: 1, cycleMult: 2 })] : []
      const callbacks = [...schedule, terminateOnNaN(), progress({ stream }), watch, saver]
      // as in the lesson, a state goes on from epoch to validation to epoch
      const result = await fit(model, loaders, epochs, lo, crossEntropy, {
        callbacks,
        carryState: true,
        signal: own.signal,
        ...(resume && { resume }),
      })
      own.tell(result)
      for (const row of result.history) history.push({ ...row, epoch: history.length, lr })
      if ((stopped = result.stopped)) break
    }
    const predictions: Row['predictions'] = {}
    for (const prompt of step.prompts) predictions[prompt] = await next(model, data, prompt)
    return {
      step: name,
      adds: step.adds,
      params,
      vocab: data.vocab,
      rows: data.rows,
      batches,
      history,
      valLoss: history.at(-1)?.valLoss ?? null,
      predictions,
      msPerBatch: watch.msPerBatch(),
      stopped,
    }
  } finally {
    lo.dispose()
    model.dispose()
  }
}

/** The likeliest character after `prompt`. */
export async function next(model: CharModel, data: CharData, prompt: string): Promise<string> {
  model.eval()
  model.resetState()
  const inputs = data.inputsOf(prompt)
  const output = tidy(() => model.call(...inputs))
  const scores = (await output.data()).slice(-data.vocab)
  dispose([...inputs, output])
  return data.char(scores.indexOf(Math.max(...scores)))
}
