/** Complex numbers, and transforms between time and frequency. */
import * as tf from '@tensorflow/tfjs-core'
import { type Check, type Operation, within } from '../differences'

/** An operation on complex numbers, as one on their two parts. */
const complex =
  (operation: (z: tf.Tensor) => tf.Tensor): Operation =>
  (re, im) => {
    const z = operation(tf.complex(re, im))
    return tf.stack([tf.real(z), tf.imag(z)])
  }
const both = (operation: (z: tf.Tensor) => tf.Tensor, ...shapes: number[][]): Check[] =>
  shapes.map(shape => [complex(operation), shape, shape])
const halves = (z: tf.Tensor) => tf.stack([tf.real(z), tf.imag(z)])

const fft: Check[] = both(tf.fft as never, [4], [2, 3], [2, 1, 5])
const ifft: Check[] = both(tf.ifft as never, [4], [2, 3])
const rfft: Check[] = [
  [x => halves(tf.rfft(x)), [4]],
  [x => halves(tf.rfft(x)), [2, 5]],
  [x => halves(tf.rfft(x, 4)), [2, 6]],
  [x => halves(tf.rfft(x, 6)), [3, 4]],
]
const irfft: Check[] = [
  [(re, im) => tf.irfft(tf.complex(re, im)), [1, 3], [1, 3]],
  [(re, im) => tf.irfft(tf.complex(re, im)), [2, 3], [2, 3]],
]

export const spectra: Record<string, Check[]> = {
  complex: both(z => z, [3]),
  real: [[re => tf.real(tf.complex(re, tf.zerosLike(re))), [3]]],
  imag: [[im => tf.imag(tf.complex(tf.zerosLike(im), im)), [2, 2]]],
  fft,
  ifft,
  rfft,
  irfft,
  'spectral.fft': fft.slice(0, 1),
  'spectral.ifft': ifft.slice(0, 1),
  'spectral.rfft': rfft.slice(0, 1),
  'spectral.irfft': irfft.slice(0, 1),
  'signal.stft': [[x => halves(tf.signal.stft(x, 4, 2)), within([8], -1, 1)]],
}
