/**
 * log1p, expm1 and softplus with all their digits near 0, which is what they are there for: tfjs's
 * programs for WebGL add 1 and take the logarithm, or take 1 off an exponential.
 */
import type { GPGPUProgram, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { Expm1, type KernelFunc, Log1p, Softplus, type TensorInfo } from '@tensorflow/tfjs-core'
import { repairKernel } from './repair'

/** log(1 + x) = 2 artanh(x / (2 + x)), by its series where |x| is small. */
export const LOG1P = `
  float log1p(float x) {
    if (abs(x) >= 0.25) return log(1. + x);
    float s = x / (2. + x);
    float z = s * s;
    return 2. * s * (1. + z * (1. / 3. + z * (0.2 + z * (1. / 7. + z / 9.))));
  }
`

/** By the first nine terms of its series where |x| is small. */
const EXPM1 = `
  float expm1(float x) {
    if (abs(x) >= 0.5) return exp(x) - 1.;
    float sum = 1.;
    for (float n = 9.; n > 1.; n--) sum = 1. + x / n * sum;
    return x * sum;
  }
`

const SOFTPLUS = `
  ${LOG1P}
  float softplus(float x) {
    return max(x, 0.) + log1p(exp(-abs(x)));
  }
`

/** Puts the repairs in the place of tfjs's own kernels. */
export function repairSmallValues(): void {
  repairKernel(Log1p, () => elementwise('log1p', LOG1P))
  repairKernel(Expm1, () => elementwise('expm1', EXPM1))
  repairKernel(Softplus, () => elementwise('softplus', SOFTPLUS))
}

const elementwise =
  (name: string, code: string): KernelFunc =>
  ({ inputs, backend }) => {
    const { x } = inputs as Record<'x', TensorInfo>
    return (backend as MathBackendWebGL).compileAndRun(program(name, code, x.shape), [x], 'float32')
  }

const program = (name: string, code: string, outputShape: number[]): GPGPUProgram => ({
  variableNames: ['x'],
  outputShape,
  userCode: `
    ${code}
    void main() {
      float x = getXAtOutCoords();
      setOutput(isnan(x) ? x : ${name}(x));
    }
  `,
})
