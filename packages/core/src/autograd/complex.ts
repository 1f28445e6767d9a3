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

/** On WebGL a transform and its parts have forgotten their shape: matrices come out. */
const shaped = (kernelName: string, back: (dy: Tensor, n: number) => Tensor): GradConfig =>
  rule(kernelName, {
    shapes: ['input'],
    grads: (dy, [z]) => ({ input: () => reshape(back(dy, z!.shape.at(-1)!), z!.shape) }),
  })

export const complexNumbers: GradConfig[] = [
  rule('Complex', {
    shapes: ['real'],
    grads: (dz, [x]) => ({
      real: () => reshape(real(dz), x!.shape),
      imag: () => reshape(imag(dz), x!.shape),
    }),
  }),
  shaped('Real', dy => complex(dy, zerosLike(dy))),
  shaped('Imag', dy => complex(zerosLike(dy), dy)),
  rule('ComplexAbs', {
    saves: ['x'],
    grads: (dy, [z]) => ({
      x() {
        const scale = divNoNan(dy, abs(z!))
        return times(z!, part => mul(part, scale))
      },
    }),
  }),
  shaped('FFT', (dz, n) => times(ifft(dz), part => mul(part, n))),
  shaped('IFFT', (dz, n) => times(fft(dz), part => div(part, n))),
]

/** The operations through which gradients of complex numbers flow. */
export const OF_COMPLEX: ReadonlySet<string> = new Set([
  ...complexNumbers.map(({ kernelName }) => kernelName),
  'Reshape',
  'ExpandDims',
])
