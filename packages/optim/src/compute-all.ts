/** The updates of a step, all of them or none. */
import { DlError, type Parameter, sameShape, showShape, showValue } from '@dl/core'
import { clone, engine, Tensor, type TensorContainerObject, tidy } from '@tensorflow/tfjs-core'
import { type Hyper, isOwnUpdate, type Update, type UpdateInputs, type UpdateRule } from './rule'

export interface WantedUpdate {
  parameter: Parameter
  inputs: UpdateInputs
  slots: Record<string, Tensor>
  hyper: Hyper
}

/**
 * New values, to be assigned once all are there.
 *
 * A backend may compute them over the old ones where nobody else holds those. Our own rules allow it:
 * such an update takes no memory and cannot fail, and those that take some come first. What another
 * rule does nobody knows, so there the old values are held meanwhile.
 */
export function computeAll(
  rule: UpdateRule,
  wanted: readonly WantedUpdate[],
): (WantedUpdate & { update: Update })[] {
  const isOwn = isOwnUpdate(rule.update)
  const held = isOwn
    ? []
    : wanted.flatMap(({ inputs, slots }) => [inputs.param, ...Object.values(slots)].map(clone))
  const ordered = isOwn
    ? [...wanted].sort((a, b) => Number(isShared(b)) - Number(isShared(a)))
    : wanted
  try {
    return ordered.map(one => {
      const update = tidy(
        () => rule.update(one.inputs, one.slots, one.hyper) as Update & TensorContainerObject,
      )
      checkUpdate(rule, one, update)
      return { ...one, update }
    })
  } finally {
    for (const tensor of held) tensor.dispose()
  }
}

/** Whether the update needs memory of its own. */
function isShared({ inputs, slots }: WantedUpdate): boolean {
  const { backend } = engine()
  return [inputs.param, ...Object.values(slots)].some(({ dataId }) => backend.refCount(dataId) > 1)
}

/** @throws DlError `bad-rule` for what cannot be assigned */
function checkUpdate(rule: UpdateRule, { parameter }: WantedUpdate, update: Update): void {
  const { shape } = parameter
  const made = { param: update?.param, ...update?.slots }
  for (const [name, value] of Object.entries(made)) {
    const isTensor = value instanceof Tensor
    if (isTensor && sameShape(value.shape, shape) && value.dtype === parameter.value.dtype) {
      continue
    }
    throw new DlError('bad-rule', {
      problem: `the rule ${rule.name} made ${name} ${isTensor ? `${value.dtype} of shape ${showShape(value.shape)}` : showValue(value)}`,
      expected: `${parameter.value.dtype} of shape ${showShape(shape)}, as the parameter is`,
    })
  }
}
