/**
 * A repair of tfjs's matrix product. A packed texture holds 2 × 2 blocks, and where a side is odd
 * the last block reaches beyond the matrix. Element-wise programs leave anything there (`exp`, for
 * example, 1), and the product sums it up: with an odd inner dimension and leftovers in both
 * factors the result is wrong. So one factor's edge is wiped first. A convolution with a filter of
 * 1 × 1 is such a product too; larger windows are copied first, which leaves zeros.
 */
import type { GPGPUProgram, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import {
  _FusedMatMul,
  BatchMatMul,
  Conv2D,
  FusedConv2D,
  type NamedAttrMap,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { repairKernel } from './repair'

type Inputs = Record<string, TensorInfo>

interface Product {
  factors: [string, string]
  /** The dimension that is summed over. */
  inner: number
  /** The factor to wipe. */
  wiped: string
}

/** Puts the repair in front of tfjs's own kernels. */
export function repairMatMul(): void {
  for (const name of [BatchMatMul, _FusedMatMul]) wipeBefore(name, matMul)
  for (const name of [Conv2D, FusedConv2D]) wipeBefore(name, pointwise)
}

function matMul({ a, b }: Inputs, attrs?: NamedAttrMap): Product {
  const smaller = util.sizeFromShape(a!.shape) < util.sizeFromShape(b!.shape) ? 'a' : 'b'
  const inner = a!.shape.at(attrs?.transposeA ? -2 : -1)!
  return { factors: ['a', 'b'], inner, wiped: smaller }
}

function pointwise({ filter }: Inputs): Product | null {
  const [rows, columns, inner] = filter!.shape as [number, number, number]
  return rows * columns === 1 ? { factors: ['x', 'filter'], inner, wiped: 'filter' } : null
}

function wipeBefore(
  name: string,
  productOf: (inputs: Inputs, attrs?: NamedAttrMap) => Product | null,
): void {
  repairKernel(name, original => call => {
    const backend = call.backend as MathBackendWebGL
    const inputs = call.inputs as Inputs
    const product = productOf(inputs, call.attrs)
    const isRight = (factor: string) => !leftovers(backend, inputs[factor]!)
    if (product === null || product.inner % 2 === 0 || product.factors.some(isRight)) {
      return original(call)
    }
    const wiped = wipe(backend, inputs[product.wiped]!)
    try {
      return original({ ...call, inputs: { ...inputs, [product.wiped]: wiped } })
    } finally {
      backend.disposeIntermediateTensorInfo(wiped)
    }
  })
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
