/**
 * Optimizer steps (contracts: @dl/core's `sgdStep`, `adamStep`) as TensorFlow's own, which update
 * variables in one pass: over the old values where nobody else holds them, else over a copy.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Call, FLOAT } from '../call'
import type { Handle } from '../tensorflow'
import { add, mul } from './operations'

export function sgdStep(call: Call): TensorInfo[] {
  const { lr, momentum, nesterov } = call.attrs
  const names = call.inputs.buffer ? ['param', 'buffer'] : ['param']
  const grad = decayedGradient(call)
  return updated(call, names, ([param, buffer]) => {
    if (buffer === undefined) {
      call.runAll('ResourceApplyGradientDescent', { T: FLOAT }, [param!, call.float(lr), grad], 0)
      return
    }
    const inputs = [param!, buffer, call.float(lr), grad, call.float(momentum)]
    call.runAll('ResourceApplyMomentum', { T: FLOAT, use_nesterov: nesterov }, inputs, 0)
  })
}

export function adamStep(call: Call): TensorInfo[] {
  const { lr, beta1, beta2, eps, step } = call.attrs
  const grad = decayedGradient(call)
  // TensorFlow would correct the bias in 32 bits, and adds epsilon before it
  const spread = Math.sqrt(1 - beta2 ** step)
  const rates = [0, 0, (lr * spread) / (1 - beta1 ** step), beta1, beta2, eps * spread]
  return updated(call, ['param', 'm', 'v'], variables => {
    const inputs = [...variables, ...rates.map(rate => call.float(rate)), grad]
    call.runAll('ResourceApplyAdam', { T: FLOAT }, inputs, 0)
  })
}

function decayedGradient(call: Call): Handle {
  const { weightDecay } = call.attrs
  const scale = call.optional('scale')
  const grad = scale === undefined ? call.input('grad') : mul(call, call.input('grad'), scale)
  if (weightDecay === 0) return grad
  return add(call, grad, mul(call, call.input('param'), call.float(weightDecay)))
}

/** Runs `update` on variables with the values of these inputs, and returns their new values. */
function updated(call: Call, names: string[], update: (variables: Handle[]) => void): TensorInfo[] {
  const { lr, decoupledDecay } = call.attrs
  for (const name of ['grad', ...names]) call.expectShape(name, call.shape('param'))
  const variables = names.map((name, i) => {
    const dtype = { dtype: FLOAT }
    const shared_name = `@dl/backend-node ${i}`
    const variable = call.run('VarHandleOp', {
      ...dtype,
      shape: { sizes: call.shape(name) },
      shared_name,
    })
    const shrinks = name === 'param' && decoupledDecay !== 0
    const value = shrinks
      ? mul(call, call.input(name), call.float(1 - lr * decoupledDecay))
      : call.input(name)
    call.runAll('AssignVariableOp', dtype, [variable, value], 0)
    if (shrinks) call.free(value)
    return variable
  })
  const alone = names.map(name => call.isAlone(name))
  for (const name of names.filter((_, i) => alone[i])) call.handOver(name)
  const results = () =>
    variables.map((variable, i) => {
      const value = call.run('ReadVariableOp', { dtype: FLOAT }, variable)
      call.runAll('DestroyResourceOp', {}, [variable], 0)
      return alone[i] ? call.takeBack(names[i]!, value) : call.output(value)
    })
  try {
    update(variables)
  } catch (error) {
    for (const { dataId } of results()) call.backend.disposeData(dataId)
    throw error
  }
  return results()
}
