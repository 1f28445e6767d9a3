/** What a Learner and its `fit` are asked for, and the callbacks that come of it. */
import {
  type Callback,
  type CircularLROptions,
  circularLR,
  cosAnneal,
  inTerminal,
  type LossRecorder,
  type LrFinder,
  type LrFinderOptions,
  type MonitorOptions,
  type OneCycleOptions,
  oneCycle,
  progress,
  saveBestModel,
  saveOnCycle,
  type WeightDecayScheduleOptions,
  weightDecaySchedule,
} from '@dl/callbacks'
import { checkOptions, DlError, showValue } from '@dl/core'
import { type DataLoader, files } from '@dl/data'
import type {
  HasParameters,
  Hyperparameter,
  LayerOptimizer,
  LayerOptimizerOptions,
  PerGroup,
  UpdateRule,
} from '@dl/optim'
import { checkList, checkLoss, checkMetrics, checkText } from './checks'
import type { CycleOptions } from './epoch-count'
import { FIT_OPTIONS, type FitOptions } from './fit-options'
import type { Metric } from './metrics/metric'
import type { LearnerModel, Loss } from './model'
import type { TtaOptions } from './tta'

export interface LearnerOptions extends LayerOptimizerOptions {
  /** From output and target to the batch's mean loss. */
  loss: Loss
  /** Makes the update rule (default: SGD with momentum 0.9). */
  optFn?: () => UpdateRule
  /** What validation measures beside the loss. */
  metrics?: readonly Metric[]
  /** Guests in every fit: `[terminateOnNaN()]`. */
  callbacks?: readonly Callback[]
  /** Whether every fit shows a bar and a table of results (default: in a terminal). */
  progress?: boolean
  /** Modules that share a learning rate, earliest first (default: the model's children). */
  layerGroups?: readonly (HasParameters | readonly HasParameters[])[]
  /** Where weights are saved (default 'models'). */
  path?: string
}

export interface LearnerTtaOptions extends TtaOptions {
  /** Items as they are (default: the validation set; `data.test` for the test set). */
  loader?: DataLoader
  /** The same items in the same order, augmented (default: what `data` has for that loader). */
  aug?: DataLoader
}

export interface LearnerFitOptions extends FitOptions, CycleOptions {
  /** One weight decay, or one for each layer group (default 0). */
  wds?: PerGroup<Hyperparameter>
  /** SGDR unless one of the next two is asked for; without any, and without `cycleLen`, lrs stay. */
  useClr?: boolean | Omit<CircularLROptions, keyof CycleOptions>
  useOneCycle?: boolean | Omit<OneCycleOptions, keyof CycleOptions>
  /** A schedule of another kind, for the fit's optimizer: `lo => reduceLROnPlateau(lo)`. */
  schedule?: (optimizer: LayerOptimizer) => Callback
  /** Weight decay that follows the learning rate and the length of the cycle; it is decoupled then. */
  useWdSched?: boolean | Omit<WeightDecayScheduleOptions, keyof CycleOptions>
  /** Saves the weights at the end of each cycle as `<path>/<name>_cyc_<n>.safetensors`. */
  cycleSaveName?: string
  /** Saves the weights of the best epoch as `<path>/<name>.safetensors`. */
  bestSaveName?: string
  /** What `bestSaveName` goes by (default: the validation loss). */
  best?: MonitorOptions
  /** Goes on with the last fit's optimizer, momenta and all (default false: a fresh one, as fast.ai). */
  keepState?: boolean
  /** Whether this fit shows a bar and a table of results (default: as the Learner does). */
  progress?: boolean
}

export const LEARNER_FIT_OPTIONS = [
  ...FIT_OPTIONS,
  'best',
  'bestSaveName',
  'cycleLen',
  'cycleMult',
  'cycleSaveName',
  'keepState',
  'progress',
  'schedule',
  'useClr',
  'useOneCycle',
  'useWdSched',
  'wds',
] as const satisfies (keyof LearnerFitOptions)[]

/** What a resumed fit is to have otherwise; what is left out is as it was. */
export interface LearnerResumeOptions extends Omit<LearnerFitOptions, 'resume'> {
  lrs?: PerGroup<Hyperparameter>
  cycles?: number
}

export const LEARNER_RESUME_OPTIONS = [
  ...LEARNER_FIT_OPTIONS.filter(name => name !== 'resume'),
  'cycles',
  'lrs',
] as const

export const LR_FIND_OPTIONS = [
  'batches',
  'endLr',
  'linear',
  'loader',
  'settle',
  'startLr',
  'stopEarly',
  'suggest',
] as const satisfies (keyof LrFinderOptions)[]

export const TTA_OPTIONS = ['aug', 'loader', 'multiLabel', 'nAug', 'stack'] as const

export function checkLearnerOptions(options: LearnerOptions | undefined): void {
  checkLoss(options?.loss)
  checkOptions('Learner', options!, [
    'callbacks',
    'clip',
    'clipValue',
    'decoupled',
    'layerGroups',
    'loss',
    'metrics',
    'noDecayFor1d',
    'optFn',
    'path',
    'progress',
  ])
  const { callbacks = [], metrics = [], layerGroups = [], optFn, path = '.' } = options!
  checkList(callbacks, 'callbacks')
  checkMetrics(metrics, true)
  checkList(layerGroups, 'layerGroups')
  for (const part of layerGroups.flat()) checkPart(part)
  // the empty path is the working directory
  if (path !== '') checkText('path', path)
  if (optFn === undefined || typeof optFn === 'function') return
  throw new DlError('bad-option', {
    problem: `optFn is ${showValue(optFn)}`,
    expected: 'what makes an update rule: adam, or () => sgd({ momentum: 0.9 })',
    fix: 'Give adam instead of adam().',
  })
}

function checkPart(part: HasParameters): void {
  if (typeof part?.parameters === 'function') return
  throw new DlError('bad-option', {
    problem: `layerGroups has ${showValue(part)}`,
    expected: 'Modules, or lists of them',
  })
}

/** A finder that found nothing, and calls that lack a number, are answered with what to do. */
export function checkRates(
  lrs: PerGroup<Hyperparameter>,
  cycles: number,
  sched: LossRecorder | LrFinder | null,
): void {
  if (lrs === null || lrs === undefined) {
    const found = sched !== null && 'result' in sched ? sched.result : null
    throw new DlError('bad-option', {
      problem: `the learning rate of learn.fit is ${lrs}`,
      expected: 'a number, or one for each layer group',
      fix:
        found?.suggestion === null
          ? 'The finder has no suggestion, as the loss fell nowhere: look at String(learn.sched.result), or go on with a rate that worked before.'
          : 'Let learn.lrFind() suggest one, or try 0.01.',
    })
  }
  if (cycles === undefined) {
    throw new DlError('bad-option', {
      problem: `learn.fit got ${showValue(lrs)} and no number of cycles`,
      expected: 'learn.fit(lrs, cycles)',
      fix: 'The learning rate comes first: learn.fit(0.01, 3).',
    })
  }
}

/** The options of these names that are there. */
export const picked = <T extends object, K extends keyof T>(
  options: T,
  names: readonly K[],
): Pick<T, K> =>
  Object.fromEntries(
    names.filter(name => options[name] !== undefined).map(name => [name, options[name]]),
  ) as Pick<T, K>

/** Progress to show unless a guest shows it already. */
export const shownProgress = (
  asked: boolean = inTerminal(),
  guests: readonly Callback[],
): Callback[] => (asked && !guests.some(({ name }) => name === 'progress') ? [progress()] : [])

/** The schedules and savers of a fit, in fast.ai's order of preference: clr, one cycle, SGDR. */
export function plannedCallbacks(
  options: LearnerFitOptions,
  model: LearnerModel,
  lo: LayerOptimizer,
  path: string,
): Callback[] {
  const { cycleLen, cycleMult, cycleSaveName, bestSaveName } = options
  if (cycleSaveName !== undefined) checkText('cycleSaveName', cycleSaveName)
  if (bestSaveName !== undefined) checkText('bestSaveName', bestSaveName)
  const schedule = scheduleOf(options, lo)
  if (cycleSaveName !== undefined && schedule === null) {
    throw new DlError('bad-option', {
      problem: `cycleSaveName is "${cycleSaveName}" but no schedule has cycles`,
      expected: 'cycleLen, useClr or useOneCycle beside it',
    })
  }
  const cycles = { ...(cycleLen && { cycleLen }), ...(cycleMult && { cycleMult }) }
  return [
    schedule,
    options.useWdSched
      ? weightDecaySchedule(lo, { ...chosen(options.useWdSched), ...cycles })
      : null,
    cycleSaveName === undefined
      ? null
      : saveOnCycle(model, files.join(path, `${cycleSaveName}_cyc`)),
    bestSaveName === undefined
      ? null
      : saveBestModel(model, files.join(path, bestSaveName), options.best),
  ].filter(callback => callback !== null)
}

function scheduleOf(options: LearnerFitOptions, lo: LayerOptimizer): Callback | null {
  const { cycleLen = 1, cycleMult = 1, useClr, useOneCycle, schedule } = options
  if (schedule !== undefined) return ownSchedule(schedule, options, lo)
  if (useClr) return circularLR(lo, { ...chosen(useClr), cycleLen, cycleMult })
  if (useOneCycle) return oneCycle(lo, { ...chosen(useOneCycle), cycleLen, cycleMult })
  return options.cycleLen === undefined ? null : cosAnneal(lo, { cycleLen, cycleMult })
}

function ownSchedule(
  schedule: unknown,
  { useClr, useOneCycle }: LearnerFitOptions,
  lo: LayerOptimizer,
): Callback {
  if (useClr || useOneCycle) {
    throw new DlError('bad-option', {
      problem: `learn.fit got schedule and ${useClr ? 'useClr' : 'useOneCycle'}`,
      expected: 'one schedule',
    })
  }
  if (typeof schedule === 'function') return schedule(lo)
  throw new DlError('bad-option', {
    problem: `schedule is ${showValue(schedule)}`,
    expected: 'a function from the optimizer to a callback',
    fix: 'The optimizer is made by the fit: schedule: lo => stepLR(lo, { stepSize: 3 }).',
  })
}

const chosen = <T extends object>(option: true | T): T | object => (option === true ? {} : option)
