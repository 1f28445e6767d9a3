/** What `fit`, `evaluate` and their kin ask of what they are given. */
import { DlError, showValue } from '@dl/core'
import type { Batch, DataLoader } from '@dl/data'
import type { LayerOptimizer } from '@dl/optim'
import { checkLoader } from './batches'
import type { Metric } from './metrics/metric'
import type { Loss, TrainableModel, TrainData } from './model'

/** Columns that a row of results has already. */
const RESERVED = ['epoch', 'trnLoss', 'valLoss']

/** @param more what is wanted beside the four of a TrainableModel */
export function checkModel(
  model: unknown,
  more: readonly string[] = [],
): asserts model is TrainableModel {
  const known = ['call', 'train', 'eval', 'resetState', ...more]
  const isObject = typeof model === 'object' && model !== null
  const missing = known.filter(name => !isObject || typeof Reflect.get(model, name) !== 'function')
  if (missing.length === 0) return
  throw new DlError('bad-model', {
    problem: `the model is ${showValue(model)}${isObject ? `, without ${missing.join(', ')}` : ''}`,
    expected: `a Module, or an object with ${known.join(', ')}`,
    fix: typeof model === 'function' ? 'Make one of it: new Net() instead of Net.' : '',
  })
}

export function checkData(data: unknown): asserts data is TrainData {
  const problem = `the data is ${isLoader(data) ? 'a loader' : showValue(data)}`
  const expected = 'an object { train, validation } of loaders'
  if (isLoader(data)) {
    throw new DlError('bad-data', { problem, expected, fix: 'Write { train: loader }.' })
  }
  if (typeof data !== 'object' || data === null || !('train' in data)) {
    throw new DlError('bad-data', { problem, expected })
  }
  const { train, validation } = data as TrainData
  checkLoader(train, 'training')
  if (validation !== undefined) checkLoader(validation, 'validation')
}

const isLoader = (value: unknown): value is DataLoader<Batch> =>
  typeof (value as DataLoader | null | undefined)?.[Symbol.asyncIterator] === 'function'

export function checkLoss(loss: unknown): asserts loss is Loss {
  if (typeof loss === 'function') return
  throw new DlError('bad-loss', {
    problem: `the loss is ${showValue(loss)}`,
    expected: 'a function from output and target to a scalar, such as crossEntropy',
  })
}

export function checkOptimizer(lo: unknown): asserts lo is LayerOptimizer {
  const { step, setPosition, parameters } = (lo ?? {}) as Partial<LayerOptimizer>
  const fits = typeof step === 'function' && typeof setPosition === 'function'
  if (fits && Array.isArray(parameters)) return
  const isRule =
    typeof lo === 'function' || (typeof lo === 'object' && lo !== null && 'slots' in lo)
  throw new DlError('bad-optimizer', {
    problem: `the optimizer is ${isRule && typeof lo === 'object' ? 'an update rule' : showValue(lo)}`,
    expected: 'a LayerOptimizer',
    fix: `Make one: new LayerOptimizer(adam, model, 1e-3)${isRule ? ', with the rule as its first argument' : ''}.`,
  })
}

/** `reserved`: whether the metrics share a row with the losses. */
export function checkMetrics(metrics: unknown, reserved: boolean): asserts metrics is Metric[] {
  checkList(metrics, 'metrics')
  const seen = new Set<string>()
  for (const [i, metric] of (metrics as Metric[]).entries()) {
    const { name, batch, finish, counts } = (metric ?? {}) as Partial<MetricParts>
    const makes = [batch, finish, counts].some(part => typeof part === 'function')
    if (typeof name !== 'string' || name === '' || !makes) {
      throw new DlError('bad-metric', {
        problem: `metrics[${i}] is ${showValue(metric)}`,
        expected: 'an object with a name and batch, finish or counts, such as accuracy',
        fix:
          typeof metric === 'function' ? 'Call it if it makes a metric: f1() instead of f1.' : '',
      })
    }
    if (seen.has(name) || (reserved && RESERVED.includes(name))) {
      const twice = seen.has(name)
      throw new DlError('bad-metric', {
        problem: twice ? `two metrics have the name ${name}` : `a metric has the name ${name}`,
        expected: `a name of its own for each${reserved ? `, other than ${RESERVED.join(', ')}` : ''}`,
        fix: `Rename one: { ...metric, name: '${name}2' }.`,
      })
    }
    seen.add(name)
  }
}

interface MetricParts {
  name: unknown
  batch: unknown
  finish: unknown
  counts: unknown
}

export function checkList(list: unknown, name: string): void {
  if (Array.isArray(list)) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(list)}`,
    expected: 'a list',
    fix: `Write ${name}: […].`,
  })
}

export function checkText(name: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(value)}`,
    expected: 'a text that is not empty',
  })
}

/** A number of times, 1 or more. */
export function checkCount(name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(value)}`,
    expected: `an integer of at least ${least}`,
  })
}
