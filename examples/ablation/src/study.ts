/** Each variant trained from several seeds: one number says nothing about what made the difference. */
import { manualSeed } from '@dl/core'
import type { OwnRun } from '@dl/example-kit'
import { adam } from '@dl/optim'
import {
  ConvLearner,
  ImageClassifierData,
  type ImageSet,
  randomFlip,
  tfmsFromStats,
} from '@dl/vision'
import { type Parts, smallNet } from './net'

export interface Plan {
  size: number
  seeds: number
  epochs: number
  bs: number
  lr: number
  wd: number
}

export interface Outcome {
  variant: string
  /** Of the validation set after the last epoch, one for each seed. */
  accuracies: number[]
  losses: number[]
}

const ALL: Parts = {
  batchNorm: true,
  residual: true,
  dropout: true,
  augmentation: true,
  weightDecay: true,
}

const LABELS: Record<keyof Parts, string> = {
  batchNorm: 'batch norm',
  residual: 'residual connections',
  dropout: 'dropout',
  augmentation: 'augmentation',
  weightDecay: 'weight decay',
}

/** Everything, then everything but one part. */
export const VARIANTS: readonly { name: string; parts: Parts }[] = [
  { name: 'everything', parts: ALL },
  ...(Object.keys(ALL) as (keyof Parts)[]).map(part => {
    return { name: `without ${LABELS[part]}`, parts: { ...ALL, [part]: false } }
  }),
]

export async function study(
  set: ImageSet,
  plan: Plan,
  own: OwnRun,
  report: (variant: string, seed: number, accuracy: number) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { name, parts } of VARIANTS) {
    const outcome: Outcome = { variant: name, accuracies: [], losses: [] }
    for (let seed = 1; seed <= plan.seeds && !own.signal.aborted; seed++) {
      const part = await own.part(`${name.replaceAll(' ', '-')}-${seed}`)
      const ended = await trained(set, parts, plan, seed, { ...part, signal: own.signal })
      own.tell(ended)
      if (ended.stopped) break
      const { accuracy, valLoss } = ended
      outcome.accuracies.push(accuracy)
      outcome.losses.push(valLoss)
      report(name, seed, accuracy)
    }
    if (outcome.accuracies.length > 0) outcomes.push(outcome)
  }
  return outcomes
}

const STATS = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }

/** The same seed gives every variant the same pictures in the same order. */
async function trained(
  set: ImageSet,
  parts: Parts,
  plan: Plan,
  seed: number,
  { saver, resume, signal }: Awaited<ReturnType<OwnRun['part']>> & Pick<OwnRun, 'signal'>,
) {
  const { size, epochs, bs, lr, wd } = plan
  manualSeed(seed)
  const augmented = parts.augmentation ? { augTfms: [randomFlip()], pad: size >> 3 } : {}
  const tfms = tfmsFromStats(STATS, size, augmented)
  const data = new ImageClassifierData(set, { tfms, bs, seed })
  const model = smallNet(data.c, parts)
  using learn = ConvLearner.fromModelData(model, data, { optFn: () => adam() })
  const { history, ...ended } = await learn.fit(lr, epochs, {
    wds: parts.weightDecay ? wd : 0,
    useOneCycle: true,
    cycleLen: epochs,
    callbacks: [saver],
    signal,
    ...(resume && { resume }),
  })
  model.dispose()
  const { accuracy = Number.NaN, valLoss = Number.NaN } = history.at(-1) ?? {}
  return { accuracy, valLoss, ...ended }
}
