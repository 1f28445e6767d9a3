/** The lesson's runs: what is trained how, and what the lecture printed. */
import type { ModelName } from '../../../examples/cifar10/src/ladder'
import type { StepName } from '../../../examples/rnn-from-scratch/src/steps'

/** Epochs in one `fit`; the optimizer goes on from one to the next. */
export interface Phase {
  lr: number
  epochs: number
  /** Length of the first cosine cycle in epochs (default: the rate stays). */
  cycleLen?: number
  /** What each cycle is longer than the one before (default 1). */
  cycleMult?: number
}

/** What the lecture printed at the end, and what ours must come to. */
interface Reference {
  measure: 'valLoss' | 'accuracy'
  printed: number
  /** A bound by itself; null where PyTorch on the same files is the yardstick. */
  bound: number | null
}

interface TextRow extends Reference {
  kind: 'text'
  step: StepName
  phases: Phase[]
  wd: number
}

interface PictureRow extends Reference {
  kind: 'pictures'
  model: ModelName
  phases: Phase[]
  wd: number
  /** Whether to judge by test-time augmentation at the end, too. */
  tta?: boolean
}

export type Row = TextRow | PictureRow

const constant = (lr: number, epochs: number): Phase => ({ lr, epochs })
const loss = (printed: number, bound: number) => ({ measure: 'valLoss', printed, bound }) as const
const accuracy = (printed: number) => ({ measure: 'accuracy', printed, bound: null }) as const

const text = (step: StepName, phases: Phase[], reference: Reference, wd = 0): TextRow => {
  return { kind: 'text', step, phases, wd, ...reference }
}
const pictures = (model: ModelName, phases: Phase[], reference: Reference): PictureRow => {
  return { kind: 'pictures', model, phases, wd: 0, ...reference }
}

/** Two epochs at 1e-2, then cosine cycles of 1, 2, 4 … epochs. */
const sgdr = (epochs: number): Phase[] => [
  constant(1e-2, 2),
  { lr: 1e-2, epochs, cycleLen: 1, cycleMult: 2 },
]

const residual: Phase[] = [
  constant(1e-2, 2),
  { lr: 1e-2, epochs: 7, cycleLen: 1, cycleMult: 2 },
  { lr: 1e-2, epochs: 32, cycleLen: 4 },
]

export const ROWS = {
  'rnn-8char': text('rnn', [constant(1e-3, 4), constant(1e-4, 2)], loss(1.5039, 1.53)),
  'multi-output': text('multi-output', [constant(1e-3, 4), constant(1e-4, 1)], loss(2.00106, 2.03)),
  'identity-init': text('identity', [constant(1e-2, 4), constant(1e-3, 4)], loss(1.83801, 1.87)),
  'stateful-rnn': text('stateful', [constant(1e-3, 4), constant(1e-4, 4)], loss(1.486, 1.51)),
  rnncell: text('rnn-cell', [constant(1e-3, 4)], loss(1.54217, 1.57)),
  'stateful-gru': text('gru', [constant(1e-3, 6), constant(1e-4, 3)], loss(1.36969, 1.39)),
  'lstm-2': text('lstm', [constant(1e-2, 2)], loss(1.58176, 1.61), 1e-5),
  'lstm-sgdr-15': text('lstm', sgdr(15), loss(1.31518, 1.335), 1e-5),
  'lstm-sgdr-63': text('lstm', sgdr(63), loss(1.2524, 1.26), 1e-5),
  simplenet: pictures(
    'simplenet',
    [constant(1e-2, 2), { lr: 1e-2, epochs: 2, cycleLen: 1 }],
    accuracy(0.46924),
  ),
  convnet: pictures(
    'convnet',
    [constant(1e-1, 2), { lr: 1e-1, epochs: 4, cycleLen: 1 }],
    accuracy(0.59922),
  ),
  convnet2: pictures(
    'convnet2',
    [constant(1e-1, 2), { lr: 1e-1, epochs: 2, cycleLen: 1 }],
    accuracy(0.51787),
  ),
  convbnnet: pictures(
    'convbnnet',
    [constant(3e-2, 2), { lr: 1e-1, epochs: 4, cycleLen: 1 }],
    accuracy(0.68135),
  ),
  convbnnet2: pictures(
    'convbnnet2',
    [constant(1e-2, 2), { lr: 1e-2, epochs: 2, cycleLen: 1 }],
    accuracy(0.64609),
  ),
  resnet: { ...pictures('resnet', residual, accuracy(0.82227)), wd: 1e-5 },
  resnet2: { ...pictures('resnet2', residual, accuracy(0.82949)), wd: 1e-6, tta: true },
} satisfies Record<string, Row>

export type RowName = keyof typeof ROWS

/** The first epochs of a row: whole phases, then a part of one. */
export function firstEpochs(phases: readonly Phase[], epochs: number): Phase[] {
  let left = epochs
  return phases.flatMap(phase => {
    const own = Math.min(phase.epochs, left)
    left -= own
    return own > 0 ? [{ ...phase, epochs: own }] : []
  })
}
