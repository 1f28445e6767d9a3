/** Wrong things in the place of right ones: each is answered by a DlError that says what to give. */
import { DlError } from '@dl/core'
import { Linear, Sequential } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { accuracy, epochCount, evaluate, f1, fit, Learner, predictWithTargets } from '@dl/train'
import { afterAll, describe, expect, it } from 'vitest'
import { line, meanSquare } from './parts'

// biome-ignore lint/suspicious/noExplicitAny: plain JavaScript has no types
type Any = any

const model = new Sequential(new Linear(1, 1))
const data = { train: line(2), validation: line(1) }
const lo = new LayerOptimizer(adam, model, 0.1)
afterAll(() => model.dispose())

const refusal = async (run: () => unknown): Promise<string> => {
  try {
    await run()
  } catch (error) {
    expect(error).toSatisfy(DlError.is)
    return (error as Error).message
  }
  return 'nothing'
}

describe('fit', () => {
  const call: Any = fit
  it.each<[string, () => unknown, string]>([
    ['nothing', () => call(), 'the model is undefined; expected a Module'],
    ['a class', () => call(Linear, data, 1, lo, meanSquare), 'Make one of it: new Net()'],
    ['half a model', () => call({ call() {} }, data), 'without train, eval, resetState'],
    [
      'a loader as data',
      () => call(model, line(1)),
      'the data is a loader; expected an object { train, validation } of loaders. Write { train: loader }.',
    ],
    ['no data', () => call(model), 'the data is undefined'],
    [
      'data without train',
      () => call(model, { validation: line(1) }),
      'the data is an object with validation',
    ],
    ['an array as loader', () => call(model, { train: [] }), 'the training loader is []'],
    [
      'validation that is none',
      () => call(model, { train: line(1), validation: 3 }),
      'the validation loader is 3',
    ],
    ['no epochs', () => call(model, data), 'the number of epochs is undefined'],
    [
      'no optimizer',
      () => call(model, data, 1),
      'the optimizer is undefined; expected a LayerOptimizer. Make one: new LayerOptimizer(adam, model, 1e-3).',
    ],
    ['adam', () => call(model, data, 1, adam, meanSquare), 'the optimizer is the function adam'],
    [
      'adam()',
      () => call(model, data, 1, adam(), meanSquare),
      'the optimizer is an update rule; expected a LayerOptimizer. Make one: new LayerOptimizer(adam, model, 1e-3), with the rule as its first argument.',
    ],
    [
      'no loss',
      () => call(model, data, 1, lo),
      'the loss is undefined; expected a function from output and target',
    ],
    ['null', () => call(model, data, 1, lo, meanSquare, null), "fit's options are null"],
    [
      'a misspelt option',
      () => call(model, data, 1, lo, meanSquare, { callback: [] }),
      'fit has no option callback; expected one of callbacks, carryState, gradientAccumulation, metrics, resume, signal, skipNaN. Did you mean callbacks?',
    ],
    [
      'a callback alone',
      () => call(model, data, 1, lo, meanSquare, { callbacks: { name: 'x' } }),
      'callbacks is an object with name; expected a list. Write callbacks: […].',
    ],
    [
      'a metric alone',
      () => call(model, data, 1, lo, meanSquare, { metrics: accuracy }),
      'metrics is an object with name, batch',
    ],
    [
      'a metric not made',
      () => call(model, data, 1, lo, meanSquare, { metrics: [f1] }),
      'Call it if it makes a metric: f1() instead of f1.',
    ],
  ])('given %s', async (_, run, message) => {
    expect(await refusal(run)).toContain(message)
  })

  it.each<[string, Any[], string]>([
    [
      'twice the same',
      [f1(), f1({ average: 'micro' })],
      "two metrics have the name f1; expected a name of its own for each, other than epoch, trnLoss, valLoss. Rename one: { ...metric, name: 'f12' }.",
    ],
    ['epoch', [{ ...accuracy, name: 'epoch' }], 'a metric has the name epoch'],
    ['trnLoss', [{ ...accuracy, name: 'trnLoss' }], 'a metric has the name trnLoss'],
    ['valLoss', [{ ...accuracy, name: 'valLoss' }], 'a metric has the name valLoss'],
  ])('with metrics named %s', async (_, metrics, message) => {
    expect(await refusal(() => fit(model, data, 1, lo, meanSquare, { metrics }))).toContain(message)
    expect(await refusal(() => new Learner(model, data, { loss: meanSquare, metrics }))).toContain(
      message,
    )
  })
})

describe('evaluate and predictWithTargets', () => {
  it.each<[string, () => unknown, string]>([
    ['no model', () => (evaluate as Any)(), 'the model is undefined'],
    ['no loader', () => (evaluate as Any)(model), 'the validation loader is undefined'],
    [
      'data as loader',
      () => (evaluate as Any)(model, data),
      'the validation loader is an object with train',
    ],
    ['no loss', () => (evaluate as Any)(model, line(1)), 'the loss is undefined'],
    [
      'a misspelt option',
      () => evaluate(model, line(1), meanSquare, { metric: [] } as Any),
      'evaluate has no option metric',
    ],
    [
      'one metric twice',
      () => evaluate(model, line(1), meanSquare, { metrics: [accuracy, accuracy] }),
      'two metrics have the name accuracy',
    ],
    [
      'no loader to predict',
      () => (predictWithTargets as Any)(model),
      'the given loader is undefined',
    ],
  ])('given %s', async (_, run, message) => {
    expect(await refusal(run)).toContain(message)
  })
})

describe('a Learner', () => {
  const make: Any = (...args: Any[]) => new (Learner as Any)(...args)
  const learn: Any = new Learner(model, data, { loss: meanSquare })
  it.each<[string, () => unknown, string]>([
    ['nothing', () => make(), 'the model is undefined'],
    ['a loader as data', () => make(model, line(1), { loss: meanSquare }), 'the data is a loader'],
    ['no options', () => make(model, data), 'the loss is undefined'],
    [
      'adam()',
      () => make(model, data, { loss: meanSquare, optFn: adam() }),
      'Give adam instead of adam().',
    ],
    [
      'a misspelt option',
      () => make(model, data, { loss: meanSquare, metric: [] }),
      'Learner has no option metric',
    ],
    [
      'learn.fit(3)',
      () => learn.fit(3),
      'learn.fit got 3 and no number of cycles; expected learn.fit(lrs, cycles). The learning rate comes first: learn.fit(0.01, 3).',
    ],
    [
      'learn.fit()',
      () => learn.fit(),
      'the learning rate of learn.fit is undefined; expected a number, or one for each layer group. Let learn.lrFind() suggest one, or try 0.01.',
    ],
    [
      'fast.ai’s cycle_len',
      () => learn.fit(0.1, 1, { cycle_len: 2 }),
      'learn.fit has no option cycle_len',
    ],
    ['half a cycle', () => learn.fit(0.1, 0.5), '0.5 cycles of length 1 growing by 1'],
    ['no list of groups', () => learn.freezeGroups(1), 'groups is 1; expected a list'],
    ['no name', () => learn.save(), 'the name of the file is undefined'],
    ['a sweep of nothing', () => learn.lrFind({ batches: 0 }), "lrFinder's batches is 0"],
  ])('given %s', async (_, run, message) => {
    expect(await refusal(run)).toContain(message)
  })
})

it('epochCount refuses endless cycles and misspelt options', async () => {
  expect(await refusal(() => epochCount(2, { cycleLen: Number.POSITIVE_INFINITY }))).toContain(
    '2 cycles of length Infinity growing by 1',
  )
  expect(await refusal(() => epochCount(2, { cycles: 3 } as Any))).toContain('no option cycles')
})
