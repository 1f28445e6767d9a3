/**
 * Products of small matrices. tfjs's program wants both packed, which takes a launch each, and where
 * the arithmetic is little, launches are what a product costs.
 */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { BatchMatMul, type BatchMatMulAttrs, type TensorInfo } from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'
import { repairKernel } from '../repair'

/** Multiplications up to which packing costs more than it saves. */
const SMALL = 2 ** 22

export function fuseProducts(): void {
  repairKernel(BatchMatMul, original => call => {
    const { a, b } = call.inputs as Record<'a' | 'b', TensorInfo>
    const { transposeA, transposeB } = call.attrs as unknown as BatchMatMulAttrs
    const [m, inner] = transposeA ? a.shape.toReversed() : a.shape
    const n = transposeB ? b.shape[0] : b.shape[1]
    const isMatrix = a.shape.length === 2 && b.shape.length === 2
    const size = m! * n! * inner!
    if (!isMatrix || size === 0 || size > SMALL) return original(call)
    const [product] = launch(
      call.backend as MathBackendWebGL,
      { product: { shape: [m!, n!] } },
      {
        code: `
          void compute(int at) {
            int row = at / columns, column = at - row * columns;
            float sum = 0.;
            for (int i = 0; i < inner; i++) {
              sum += a(${transposeA ? 'i, row' : 'row, i'}) * b(${transposeB ? 'column, i' : 'i, column'});
            }
            product = sum;
          }
        `,
        inputs: { a, b },
        ints: { columns: n!, inner: inner! },
      },
    )
    return product!
  })
}
