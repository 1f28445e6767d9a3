/** Optimizer steps (contracts: @dl/core's `sgdStep`, `adamStep`), one launch for each parameter. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { expectShapes, type Kernel, type KernelCall } from '../kernel'
import { type Bound, launch, sizeOf } from '../program'

/** A launch over a parameter; `names` are read, and written anew as `name` and `Out`. */
function step(
  kernel: string,
  { backend, inputs }: KernelCall,
  names: string[],
  rates: Record<string, number>,
  code: string,
): TensorInfo[] {
  const { shape } = inputs.param!
  expectShapes(kernel, inputs, Object.fromEntries([...names, 'grad'].map(name => [name, shape])))
  expectShapes(kernel, inputs, { scale: [] })
  const outputs = names.map(() => backend.output(shape))
  const written = names.map((name, i): [string, Bound] => [
    `${name}Out`,
    { tensor: outputs[i]!, writes: true },
  ])
  const read = [...names, 'grad', ...(inputs.scale ? ['scale'] : [])]
  const given = read.map((name): [string, TensorInfo] => [name, inputs[name]!])
  launch(backend, {
    key: `${kernel} ${read}`,
    buffers: Object.fromEntries<Bound | TensorInfo>([...given, ...written]),
    rates,
    code: `
      fn main(at: u32) {
        let g = grad[at]${inputs.scale ? ' * scale[0]' : ''} + sizes.weightDecay * param[at];
        ${code}
      }
    `,
    count: sizeOf(inputs.param!),
  })
  return outputs
}

function sgdStep(call: KernelCall): TensorInfo[] {
  const { lr, momentum, nesterov, weightDecay, decoupledDecay } = call.attrs
  const rates = {
    lr,
    momentum,
    nesterov: nesterov ? 1 : 0,
    weightDecay,
    kept: 1 - lr * decoupledDecay,
  }
  const buffered = `
    let b = sizes.momentum * buffer[at] + g;
    bufferOut[at] = b;
    let direction = select(b, g + sizes.momentum * b, sizes.nesterov > 0.);
  `
  return step(
    'DlSgdStep',
    call,
    call.inputs.buffer ? ['param', 'buffer'] : ['param'],
    rates,
    `${call.inputs.buffer ? buffered : 'let direction = g;'}
    paramOut[at] = param[at] * sizes.kept - sizes.lr * direction;`,
  )
}

function adamStep(call: KernelCall): TensorInfo[] {
  const { lr, beta1, beta2, eps, weightDecay, decoupledDecay, step: count } = call.attrs
  const rates = {
    ...{ weightDecay, kept: 1 - lr * decoupledDecay, beta1, rest1: 1 - beta1 },
    ...{ beta2, rest2: 1 - beta2, rate: lr / (1 - beta1 ** count) },
    ...{ spread: 1 / Math.sqrt(1 - beta2 ** count), eps },
  }
  return step(
    'DlAdamStep',
    call,
    ['param', 'm', 'v'],
    rates,
    `let mean = sizes.beta1 * m[at] + sizes.rest1 * g;
    let square = sizes.beta2 * v[at] + sizes.rest2 * g * g;
    mOut[at] = mean;
    vOut[at] = square;
    paramOut[at] = param[at] * sizes.kept - sizes.rate * mean / (sqrt(square) * sizes.spread + sizes.eps);`,
  )
}

export const optimizerKernels: Kernel[] = [
  { name: 'DlSgdStep', run: sgdStep },
  { name: 'DlAdamStep', run: adamStep },
]
