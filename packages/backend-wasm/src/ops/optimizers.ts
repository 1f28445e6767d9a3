/**
 * Optimizer steps (contracts: @dl/core's `sgdStep`, `adamStep`), one pass over each parameter; over
 * the old values where nobody else holds them.
 */
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { FLOATS_WORTH_CUTTING, type Kernel, type KernelCall } from '../kernel'

/** Checks that all named inputs have the parameter's shape and returns its size. */
function checked(call: KernelCall, names: string[]): number {
  const { shape } = call.input('param')
  for (const name of names) call.expectShape(name, shape)
  if (call.inputs.scale) call.expectShape('scale', [])
  return util.sizeFromShape(shape)
}

function sgdStep(call: KernelCall): TensorInfo[] {
  const { lr, momentum, nesterov, weightDecay, decoupledDecay } = call.attrs
  const names = call.inputs.buffer ? ['param', 'buffer'] : ['param']
  const size = checked(call, [...names, 'grad'])
  const [param, grad] = [call.float(call.input('param')), call.float(call.input('grad'))]
  const [buffer, scale] = [call.optional('buffer'), call.optional('scale')]
  const outs = names.map(name => call.successor(call.input(name)))
  const [paramOut = 0, bufferOut = 0] = outs.map(out => call.float(out))
  const places = [param, grad, buffer, scale, paramOut, bufferOut]
  const rates = [lr, momentum, nesterov ? 1 : 0, weightDecay, 1 - lr * decoupledDecay]
  call.split('sgdStep', size, FLOATS_WORTH_CUTTING / 2, ...places, ...rates)
  return outs
}

function adamStep(call: KernelCall): TensorInfo[] {
  const { lr, beta1, beta2, eps, weightDecay, decoupledDecay, step } = call.attrs
  const names = ['param', 'm', 'v']
  const size = checked(call, [...names, 'grad'])
  const [param, grad] = [call.float(call.input('param')), call.float(call.input('grad'))]
  const [m, v] = [call.float(call.input('m')), call.float(call.input('v'))]
  const scale = call.optional('scale')
  const outs = names.map(name => call.successor(call.input(name)))
  const places = [param, grad, m, v, scale, ...outs.map(out => call.float(out))]
  const rates = [
    ...[weightDecay, 1 - lr * decoupledDecay, beta1, 1 - beta1, beta2, 1 - beta2],
    ...[lr / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step), eps],
  ]
  call.split('adamStep', size, FLOATS_WORTH_CUTTING / 4, ...places, ...rates)
  return outs
}

export const optimizerKernels: Kernel[] = [
  { name: 'DlSgdStep', run: sgdStep },
  { name: 'DlAdamStep', run: adamStep },
]
