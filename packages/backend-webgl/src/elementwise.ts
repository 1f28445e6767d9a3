/**
 * Functions of which NaN stays NaN: cards make a number of tfjs's programs for these. And with all
 * their digits near 0, where tfjs adds 1 and takes the logarithm, or takes 1 off an exponential.
 */
import type { GPGPUProgram, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
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

/** The functions by tfjs's names of the kernels: of x, or of x and y. */
const FUNCTIONS: Record<string, { functions?: string; value: string }> = {
  Log1p: { functions: LOG1P, value: 'log1p(x)' },
  Expm1: { functions: EXPM1, value: 'expm1(x)' },
  Softplus: { functions: LOG1P, value: 'max(x, 0.) + log1p(exp(-abs(x)))' },
  Cosh: { value: '0.5 * (exp(x) + exp(-x))' },
  Sinh: { value: '0.5 * (exp(x) - exp(-x))' },
  Elu: { functions: EXPM1, value: 'x >= 0. ? x : expm1(x)' },
  Selu: {
    functions: EXPM1,
    value: `x >= 0. ? ${backend_util.SELU_SCALE} * x : ${backend_util.SELU_SCALEALPHA} * expm1(x)`,
  },
}

/** Of a negative number only whole powers; anything to the 0 is 1, NaN too. */
const POW = `
  float power(float a, float b) {
    if (b == 0.) return 1.;
    if (isnan(a) || isnan(b) || (a < 0. && floor(b) < b)) return NAN;
    float size = pow(abs(a), b);
    return abs(mod(b, 2.) - 1.) < 0.5 ? sign(a) * size : size;
  }
`

/** Puts the repairs in the place of tfjs's own kernels, for floats: whole numbers are never NaN. */
export function repairElementwise(): void {
  for (const [name, { functions = '', value }] of Object.entries(FUNCTIONS)) {
    repairKernel(name, original => ({ inputs, attrs, backend }) => {
      const { x } = inputs as Record<'x', TensorInfo>
      if (x.dtype !== 'float32') return original({ inputs, attrs, backend })
      const code = `
        ${functions}
        void main() {
          float x = getXAtOutCoords();
          setOutput(isnan(x) ? x : ${value});
        }
      `
      return run(backend, { variableNames: ['x'], outputShape: x.shape, userCode: code }, [x])
    })
  }
  repairKernel('Pow', original => ({ inputs, attrs, backend }) => {
    const { a, b } = inputs as Record<'a' | 'b', TensorInfo>
    if (a.dtype !== 'float32') return original({ inputs, attrs, backend })
    const code = `
      ${POW}
      void main() { setOutput(power(getAAtOutCoords(), getBAtOutCoords())); }
    `
    const outputShape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape)
    return run(backend, { variableNames: ['A', 'B'], outputShape, userCode: code }, [a, b])
  })
}

const run = (backend: unknown, program: GPGPUProgram, inputs: TensorInfo[]) =>
  (backend as MathBackendWebGL).compileAndRun(program, inputs, 'float32')
