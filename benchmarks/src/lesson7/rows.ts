/** The lesson's runs: what is trained how, and what the lecture printed. */
import type { ModelName } from '../../../examples/cifar10/src/ladder'
import type { StepName } from '../../../examples/rnn-from-scratch/src/steps'

/** Epochs in one `fit`. For a text the optimizer goes on to the next; for pictures a new one begins, as in the lesson. */
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
  /** Null where the lecture has words, not numbers. */
  printed: number | null
  /** A bound by itself; null where PyTorch on the same files is the yardstick. */
  bound: number | null
  /** How far it may be behind that yardstick. */
  margin?: number
  /** False where ours is compared with ours. */
  twin?: false
}

interface TextRow extends Reference {
  kind: 'text'
  step: StepName
  phases: Phase[]
  wd: number
}

export interface PictureRow extends Reference, PictureSettings {
  kind: 'pictures'
  phases: Phase[]
  wd: number
  /** What test-time augmentation came to in the lecture, where a run is judged by it, too. */
  tta?: number
}

/** What a picture row may have otherwise than the ladder's. */
export interface PictureSettings {
  /** A rung of the ladder, examples/cam's net, or examples/ablation's. */
  model: ModelName | 'cam' | 'small'
  /** Batch size (default 256). */
  bs?: number
  /** Only these of CIFAR-10's classes, by their sorted names' numbers. */
  classes?: readonly number[]
  /** Pictures to learn from at most. */
  count?: number
  /** Default sgd, with a momentum of 0.9. */
  optimizer?: 'adam' | 'adamW'
  /** First learns to tell other classes apart; the head is then a new one. */
  pretraining?: { classes: readonly number[]; count: number; phases: readonly Phase[] }
  /** What of the learning rate each third of the net gets, the first layers first (default: all). */
  lrParts?: readonly number[]
  /** Whether batch norms keep the pretraining's statistics (default false). */
  bnFreeze?: boolean
}

export type Row = TextRow | PictureRow

export const bsOf = ({ bs = 256 }: PictureRow): number => bs

const constant = (lr: number, epochs: number): Phase => ({ lr, epochs })
const loss = (printed: number, bound: number) => ({ measure: 'valLoss', printed, bound }) as const
const accuracy = (printed: number, margin: number) =>
  ({ measure: 'accuracy', printed, bound: null, margin }) as const

const text = (step: StepName, phases: Phase[], reference: Reference, wd = 0): TextRow => {
  return { kind: 'text', step, phases, wd, ...reference }
}
const pictures = (
  model: PictureSettings['model'],
  phases: Phase[],
  reference: Reference,
): PictureRow => {
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

/** In the order of CIFAR-10's names: airplane automobile bird cat deer dog frog horse ship truck. */
const CAT_DOG = [3, 5]
const OTHERS = [0, 1, 2, 4, 6, 7, 8, 9]

/** Cosine cycles of 1, 2 and 4 epochs. */
const cycles = (lr: number, epochs = 7): Phase[] => [{ lr, epochs, cycleLen: 1, cycleMult: 2 }]

/** A run of minutes, for what the lecture claims in words: a small net on a fifth of the pictures. */
const small = (phases: Phase[], settings: Partial<PictureRow> = {}): PictureRow => {
  const judged = { measure: 'accuracy', printed: null, bound: null, twin: false } as const
  return {
    kind: 'pictures',
    model: 'small',
    bs: 64,
    count: 10_000,
    phases,
    wd: 0,
    ...judged,
    ...settings,
  }
}

/** Cats and dogs by a net that knows the other eight classes. */
const tuned = (settings: Partial<PictureRow>): PictureRow => {
  const pretraining = { classes: OTHERS, count: 8000, phases: cycles(2e-2, 3) }
  return small(cycles(1e-2), { classes: CAT_DOG, count: 2000, bs: 32, pretraining, ...settings })
}

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
    accuracy(0.46924, 0.02),
  ),
  convnet: pictures(
    'convnet',
    [constant(1e-1, 2), { lr: 1e-1, epochs: 4, cycleLen: 1 }],
    accuracy(0.59922, 0.02),
  ),
  convnet2: pictures(
    'convnet2',
    [constant(1e-1, 2), { lr: 1e-1, epochs: 2, cycleLen: 1 }],
    accuracy(0.51787, 0.02),
  ),
  convbnnet: pictures(
    'convbnnet',
    [constant(3e-2, 2), { lr: 1e-1, epochs: 4, cycleLen: 1 }],
    accuracy(0.68135, 0.02),
  ),
  convbnnet2: pictures(
    'convbnnet2',
    [constant(1e-2, 2), { lr: 1e-2, epochs: 2, cycleLen: 1 }],
    accuracy(0.64609, 0.02),
  ),
  resnet: { ...pictures('resnet', residual, accuracy(0.82227, 0.01)), wd: 1e-5 },
  resnet2: { ...pictures('resnet2', residual, accuracy(0.82949, 0.01)), wd: 1e-6, tta: 0.8491 },
  // the lecture's cats and dogs are photographs, and its net was pretrained: 0.991
  'cam-catdog': {
    ...pictures(
      'cam',
      [{ lr: 5e-2, epochs: 15, cycleLen: 1, cycleMult: 2 }],
      accuracy(0.99072, 0.05),
    ),
    ...{ classes: CAT_DOG, bs: 64, wd: 1e-4 },
  },
  sgdr: small(cycles(2e-2)),
  'constant-lr': small([constant(2e-2, 7)]),
  'adam-l2': small(cycles(3e-3), { optimizer: 'adam', wd: 0.025 }),
  adamw: small(cycles(3e-3), { optimizer: 'adamW', wd: 0.025 }),
  'adam-no-decay': small(cycles(3e-3), { optimizer: 'adam' }),
  'single-lr': tuned({}),
  'differential-lr': tuned({ lrParts: [1 / 9, 1 / 3, 1] }),
  'bn-frozen': tuned({ lrParts: [1 / 9, 1 / 3, 1], bnFreeze: true }),
} satisfies Record<string, Row>

export type RowName = keyof typeof ROWS

/** Rows that differ in one thing, which the lecture says matters. Each from three seeds at least. */
export const STUDIES = {
  'sgdr-vs-constant': ['sgdr', 'constant-lr'],
  'adamw-vs-l2': ['adamw', 'adam-l2', 'adam-no-decay'],
  'differential-vs-single': ['differential-lr', 'single-lr'],
  'frozen-bn': ['bn-frozen', 'differential-lr'],
} satisfies Record<string, RowName[]>

export type StudyName = keyof typeof STUDIES

/** The first epochs of a row: whole phases, then a part of one. */
export function firstEpochs(phases: readonly Phase[], epochs: number): Phase[] {
  let left = epochs
  return phases.flatMap(phase => {
    const own = Math.min(phase.epochs, left)
    left -= own
    return own > 0 ? [{ ...phase, epochs: own }] : []
  })
}
