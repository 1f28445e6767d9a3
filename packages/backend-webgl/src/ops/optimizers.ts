/** Optimizer steps: one program for each parameter, which writes it and its averages. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'

type Inputs = Record<string, TensorInfo>
type Numbers = Record<string, number>

/** Gradient and parameter as every rule sees them, see `decayed` of @dl/core. */
const decayed = ({ scale }: Inputs, { weightDecay, decoupledDecay }: Numbers): string => `
  float value = param(at), slope = grad(at)${scale ? ' * scale(0)' : ''};
  ${weightDecay === 0 ? '' : 'slope += weightDecay * value;'}
  ${decoupledDecay === 0 ? '' : 'value *= shrink;'}
`

const shared = ({ lr, weightDecay, decoupledDecay }: Numbers): Numbers => ({
  ...(weightDecay !== 0 && { weightDecay: weightDecay! }),
  ...(decoupledDecay !== 0 && { shrink: 1 - lr! * decoupledDecay! }),
})

export const sgdStep: KernelFunc = call => {
  const inputs = call.inputs as Inputs
  const attrs = call.attrs as unknown as Numbers
  const { lr, momentum } = attrs
  const { shape } = inputs.param!
  const kept = inputs.buffer !== undefined
  const direction = !kept
    ? 'slope'
    : (attrs.nesterov as unknown as boolean)
      ? 'slope + momentum * average'
      : 'average'
  return launch(
    call.backend as MathBackendWebGL,
    { paramNew: { shape }, ...(kept && { bufferNew: { shape } }) },
    {
      code: `
        void compute(int at) {
          ${decayed(inputs, attrs)}
          ${kept ? 'float average = momentum * momenta(at) + slope; bufferNew = average;' : ''}
          paramNew = value - lr * (${direction});
        }
      `,
      // buffer is a word of GLSL
      inputs: rename(inputs, 'buffer', 'momenta'),
      floats: { lr: lr!, ...(kept && { momentum: momentum! }), ...shared(attrs) },
    },
  )
}

const rename = (inputs: Inputs, from: string, to: string): Inputs =>
  Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name === from ? to : name, x]))

export const adamStep: KernelFunc = call => {
  const inputs = call.inputs as Inputs
  const attrs = call.attrs as unknown as Record<'lr' | 'beta1' | 'beta2' | 'eps' | 'step', number> &
    Numbers
  const { lr, beta1, beta2, eps, step } = attrs
  const { shape } = inputs.param!
  return launch(
    call.backend as MathBackendWebGL,
    { paramNew: { shape }, mNew: { shape }, vNew: { shape } },
    {
      code: `
        void compute(int at) {
          ${decayed(inputs, attrs)}
          mNew = beta1 * m(at) + rest1 * slope;
          vNew = beta2 * v(at) + rest2 * slope * slope;
          paramNew = value - rate * (mNew / (sqrt(vNew) / correction + eps));
        }
      `,
      inputs,
      floats: {
        ...{ beta1, beta2, eps, rest1: 1 - beta1, rest2: 1 - beta2 },
        rate: lr / (1 - beta1 ** step),
        correction: Math.sqrt(1 - beta2 ** step),
        ...shared(attrs),
      },
    },
  )
}
