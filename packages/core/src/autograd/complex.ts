/**
 * Gradients of complex numbers, as PyTorch defines them: those of the real and the imaginary part of
 * z are the two parts of z's. Other operations on complex numbers have none, see `OF_COMPLEX`.
 */
import {
  abs,
  complex,
  div,
  divNoNan,
  fft,
  type GradConfig,
  ifft,
  imag,
  mul,
  real,
  reshape,
  type Tensor,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { rule } from './rule'

/** Scales both parts. */
const times = (z: Tensor, scale: (part: Tensor) => Tensor): Tensor =>
  complex(scale(real(z)), scale(imag(z)))

/** On WebGL the parts of a transform have forgotten its shape. */
const part = (kernelName: string, back: (dy: Tensor) => Tensor): GradConfig =>
  rule(kernelName, {
    shapes: ['input'],
    grads: (dy, [z]) => ({ input: () => back(reshape(dy, z!.shape)) }),
  })

export const complexNumbers: GradConfig[] = [
  rule('Complex', { grads: dz => ({ real: () => real(dz), imag: () => imag(dz) }) }),
  part('Real', dy => complex(dy, zerosLike(dy))),
  part('Imag', dy => complex(zerosLike(dy), dy)),
  rule('ComplexAbs', {
    saves: ['x'],
    grads: (dy, [z]) => ({
      x() {
        const scale = divNoNan(dy, abs(z!))
        return times(z!, part => mul(part, scale))
      },
    }),
  }),
  rule('FFT', {
    grads: dz => ({ input: () => times(ifft(dz), part => mul(part, dz.shape.at(-1)!)) }),
  }),
  rule('IFFT', {
    grads: dz => ({ input: () => times(fft(dz), part => div(part, dz.shape.at(-1)!)) }),
  }),
]

/** The operations through which gradients of complex numbers flow. */
export const OF_COMPLEX: ReadonlySet<string> = new Set([
  ...complexNumbers.map(({ kernelName }) => kernelName),
  'Reshape',
  'ExpandDims',
])
