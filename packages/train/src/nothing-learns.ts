/**
 * Why a step would change nothing. Training would go on to its end without a word; these errors say
 * what the gradient does not get through, or to.
 */
import { DlError, type Parameter, showShape, valueAndGrads } from '@dl/core'
import type { Batch } from '@dl/data'
import type { HasParameters, LayerOptimizer } from '@dl/optim'
import { cast, engine, sum, type Tensor } from '@tensorflow/tfjs-core'
import type { Loss, TrainableModel } from './model'

const HIDDEN =
  'Parameters are found in the public fields of Modules, and in arrays and plain records there; not in #private fields, Maps, Sets or closures, nor in layers that forward makes.'

/** Before the first step: whether the optimizer has anything to train. */
export function checkTrainable(lo: LayerOptimizer): void {
  if (lo.parameters.length > 0) return
  const all = lo.groups.flat().length
  throw all === 0
    ? problemOf('the optimizer has no parameters', 'a model that shows some', HIDDEN)
    : problemOf(
        `all ${all} parameters of the optimizer are frozen`,
        'at least one that trains',
        'Call unfreeze() on the model, or on the learner.',
      )
}

/** The parameters a model shows, by name; null where it shows none to anybody. */
export function namesOf(model: object): Map<Parameter, string> | null {
  const { namedParameters } = model as {
    namedParameters?(): Iterable<readonly [string, Parameter]>
  }
  if (typeof namedParameters !== 'function') return null
  return new Map([...namedParameters.call(model)].map(([name, one]) => [one, name]))
}

/** What to call a parameter: its name in the model, or its shape where the model does not tell. */
export const nameOf = (model: object, parameter: Parameter): string =>
  namesOf(model)?.get(parameter) ?? `a parameter of shape ${showShape(parameter.shape)}`

/** Complains of parameters that were not there before the first forward: the optimizer lacks them. */
export function checkLate(model: object, before: Map<Parameter, string> | null): void {
  if (before === null) return
  const late = [...(namesOf(model) ?? [])].filter(([one]) => !before.has(one))
  if (late.length === 0) return
  const names = late.map(([, name]) => name).join(', ')
  throw problemOf(
    `forward made ${names}, which the optimizer does not know`,
    'a model that is complete before the first batch',
    'Make layers in the constructor, or run the model once before making the optimizer.',
  )
}

/** The first batch's loss reaches no parameter: which part of the way is broken. */
export function whyNothingLearns(
  model: TrainableModel,
  batch: Batch,
  lo: LayerOptimizer,
  loss: Loss,
): DlError {
  const own = new Set('parameters' in model ? (model as HasParameters).parameters() : [])
  const all = lo.groups.flat()
  if (own.size > 0 && !all.some(parameter => own.has(parameter))) {
    return problemOf(
      `none of the optimizer's ${all.length} parameters is one of the model's ${own.size}`,
      'an optimizer of this model',
      'Make a new LayerOptimizer whenever the model is made anew.',
    )
  }
  const forward = () => model.call(...batch.inputs)
  const inModel = follow(() => ({
    sources: lo.parameters.map(parameter => parameter.value),
    value: forward(),
  }))
  if (!inModel.arrives) {
    return problemOf(
      `the model's output does not depend on the parameters that train${inModel.how}`,
      'operations that have gradients between the two',
      inModel.fix ?? HIDDEN,
    )
  }
  const inLoss = follow(() => {
    const output = forward()
    const from = engine().state.activeTape!.length
    return { sources: [output], value: loss(output, batch.target), from }
  })
  if (!inLoss.arrives) {
    return problemOf(
      `the loss does not depend on the model's output${inLoss.how}`,
      'a loss with gradients',
      inLoss.fix ?? 'Compute it from the output, with operations of tfjs.',
    )
  }
  return problemOf(
    "no gradient is left after a callback's transformLoss",
    'a loss that is made of the one given',
    'Return the loss, or operations on it.',
  )
}

const problemOf = (problem: string, expected: string, fix: string): DlError =>
  new DlError('nothing-learns', { problem, expected, fix })

interface Path {
  arrives: boolean
  /** Where the path ends, to be added to a sentence. */
  how: string
  /** What to do, where that is known. */
  fix?: string
}

interface Traced {
  sources: readonly Tensor[]
  value: Tensor
  /** Where on the tape to begin. */
  from?: number
}

/** Follows the sources through what `run` records. */
function follow(run: () => Traced): Path {
  let path: Path = { arrives: false, how: '' }
  valueAndGrads(() => {
    const { sources, value, from = 0 } = run()
    path = trace(sources, value, from)
    return sum(cast(value, 'float32'))
  }, []).dispose()
  return path
}

function trace(sources: readonly Tensor[], value: Tensor, from: number): Path {
  const reached = new Set(sources.map(({ id }) => id))
  // a detached tensor is another one on the same data
  const data = new Set(sources.map(({ dataId }) => dataId))
  let cut = ''
  let isDetached = false
  for (const { kernelName, inputs, outputs } of engine().state.activeTape!.slice(from)) {
    const taken = Object.values(inputs).filter(Boolean)
    if (!taken.some(({ id }) => reached.has(id))) {
      isDetached ||= taken.some(({ dataId }) => data.has(dataId))
      continue
    }
    const smooth = outputs.filter(({ dtype }) => dtype === 'float32')
    if (smooth.length === 0) cut ||= kernelName
    for (const output of smooth) {
      reached.add(output.id)
      data.add(output.dataId)
    }
  }
  if (reached.has(value.id)) return { arrives: true, how: '' }
  if (cut !== '') {
    const fix =
      'Train with a smooth loss, such as crossEntropy for labels, and use what has no gradient as a metric.'
    return { arrives: false, how: `: no gradient flows through ${cut}`, fix }
  }
  if (isDetached || data.has(value.dataId)) {
    const fix = 'Leave out detach() and noGrad() there.'
    return { arrives: false, how: ': it is detached on the way', fix }
  }
  return { arrives: false, how: ' at all' }
}
