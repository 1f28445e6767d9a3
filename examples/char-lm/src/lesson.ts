/**
 * The lesson's model and how it is trained: the same lines in Node and in a page, whatever the
 * backend. Random-length BPTT, a recurrent net that carries its state, Adam under SGDR.
 */
import { type Callback, cosAnneal, type Resume, terminateOnNaN } from '@dl/callbacks'
import type { DataLoader } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import {
  type Cell,
  CharLM,
  type CharLMOptions,
  chars,
  Field,
  type GenerateOptions,
  generate,
  type LanguageModelData,
} from '@dl/text'
import { type FitResult, fit } from '@dl/train'

/** What of the lesson may be chosen. */
export interface Plan {
  cell: Cell
  /** Size of the state. */
  hidden: number
  /** Recurrent layers, with dropout 0.5 between. */
  layers: number
  epochs: number
  /** Growth of the cycles, the first of which is one epoch long. */
  cycleMult: number
  lr: number
  wd: number
}

/** A learning rate that suits each cell. */
export const LR: Record<Cell, number> = { rnn: 3e-3, gru: 3e-3, lstm: 1e-2 }

/** Lower-case characters; those that occur less than three times are unknown. */
export const lessonField = (): Field => new Field({ lower: true, tokenize: chars })
export const MIN_FREQ = 3

export const shapeOf = (vocab: number, { cell, hidden, layers }: Plan): CharLMOptions => ({
  vocab,
  hidden,
  layers,
  cell,
  dropout: layers > 1 ? 0.5 : 0,
})

export interface Lesson {
  readonly model: CharLM
  readonly shape: CharLMOptions
  readonly lo: LayerOptimizer
  /** Trains; `loaders` may be a part of the data's own. */
  train(
    loaders: { train: DataLoader; validation: DataLoader },
    options: { callbacks?: readonly Callback[]; resume?: Resume | undefined; signal?: AbortSignal },
  ): Promise<FitResult>
  write(prompt: string, options?: GenerateOptions): Promise<string>
  dispose(): void
}

export function lesson(data: LanguageModelData, plan: Plan): Lesson {
  const shape = shapeOf(data.nt, plan)
  const model = new CharLM(shape)
  const lo = new LayerOptimizer(adam, model, plan.lr, plan.wd)
  return {
    model,
    shape,
    lo,
    train: (loaders, { callbacks = [], resume, signal }) =>
      fit(model, loaders, plan.epochs, lo, crossEntropy, {
        callbacks: [
          cosAnneal(lo, { cycleLen: 1, cycleMult: plan.cycleMult }),
          terminateOnNaN(),
          ...callbacks,
        ],
        ...(resume && { resume }),
        signal,
      }),
    write: (prompt, options) => generate(model, data.field, prompt, options),
    dispose() {
      lo.dispose()
      model.dispose()
    },
  }
}
