/**
 * A repair of tfjs's matrix product. A packed texture holds 2 × 2 blocks, and where a side is odd
 * the last block reaches beyond the matrix. Element-wise programs leave anything there (`exp`, for
 * example, 1), and the product sums it up: with an odd inner dimension and leftovers in both
 * factors the result is wrong. So the smaller factor's edge is wiped first.
 */
import type { GPGPUProgram, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import {
  _FusedMatMul,
  BatchMatMul,
  getKernel,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core'

/** Puts the repair in front of tfjs's own kernels. */
export function repairMatMul(): void {
  for (const name of [BatchMatMul, _FusedMatMul]) {
    const config = getKernel(name, 'webgl')!
    unregisterKernel(name, 'webgl')
    registerKernel({
      ...config,
      kernelFunc: call => {
        const backend = call.backend as MathBackendWebGL
        const { a, b } = call.inputs as Record<'a' | 'b', TensorInfo>
        const inner = a.shape.at(call.attrs?.transposeA ? -2 : -1)!
        if (inner % 2 === 0 || !leftovers(backend, a) || !leftovers(backend, b)) {
          return config.kernelFunc(call)
        }
        const smaller = util.sizeFromShape(a.shape) < util.sizeFromShape(b.shape) ? 'a' : 'b'
        const wiped = wipe(backend, call.inputs[smaller] as TensorInfo)
        try {
          return config.kernelFunc({ ...call, inputs: { ...call.inputs, [smaller]: wiped } })
        } finally {
          backend.disposeIntermediateTensorInfo(wiped)
        }
      },
    })
  }
}

/** Only what a program wrote has them: uploads and unpacked textures are packed with zeros. */
const leftovers = (backend: MathBackendWebGL, { dataId }: TensorInfo): boolean =>
  backend.texData.get(dataId).isPacked === true

function wipe(backend: MathBackendWebGL, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  const [rows, columns] = shape.slice(-2) as [number, number]
  const matrices = [util.sizeFromShape(shape.slice(0, -2)), rows, columns]
  const result = backend.compileAndRun(edgeless(matrices), [{ dataId, dtype, shape: matrices }])
  return { ...result, shape }
}

/** Of a block (x y / z w), y and w are of the next column, z and w of the next row. */
const edgeless = (outputShape: number[]): GPGPUProgram => ({
  variableNames: ['A'],
  packedInputs: true,
  packedOutput: true,
  enableShapeUniforms: true,
  outputShape,
  userCode: `
    void main() {
      ivec3 at = getOutputCoords();
      vec4 block = getA(at.x, at.y, at.z);
      if (at.z + 1 >= outShape[2]) block.yw = vec2(0.);
      if (at.y + 1 >= outShape[1]) block.zw = vec2(0.);
      setOutput(block);
    }
  `,
})
