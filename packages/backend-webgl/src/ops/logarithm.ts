/** The logarithm of 0 is −∞ on every card; GLSL leaves it open. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { Log, type TensorInfo } from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'
import { repairKernel } from '../repair'

const CODE = `
  void compute(int at) {
    float value = x(at);
    uint bits = isnan(value) || value < 0. ? 0x7fc00000u : 0xff800000u;
    y = value > 0. ? log(value) : uintBitsToFloat(bits);
  }
`

export function repairLogarithm(): void {
  repairKernel(Log, original => call => {
    const backend = call.backend as MathBackendWebGL
    const { x } = call.inputs as Record<'x', TensorInfo>
    if (backend.texData.get(x.dataId).texture == null) return original(call)
    const run = { code: CODE, inputs: { x } }
    return launch(backend, { y: { shape: x.shape } }, run)[0]!
  })
}
