/** Tensors one after the other, in one program; tfjs packs each of them first. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { Concat, type KernelFunc, Pack, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'
import { repairKernel } from '../repair'

/** Textures that a program may read are 16 at least. */
const AT_ONCE = 16

export function fuseStacks(): void {
  repairKernel(
    Pack,
    alongFirst(([one], count) => [count, ...one!.shape]),
  )
  repairKernel(
    Concat,
    alongFirst(all => [
      all.reduce((sum, { shape }) => sum + shape[0]!, 0),
      ...all[0]!.shape.slice(1),
    ]),
  )
}

const alongFirst =
  (shapeOf: (all: TensorInfo[], count: number) => number[]) =>
  (original: KernelFunc): KernelFunc =>
  call => {
    const backend = call.backend as MathBackendWebGL
    const all = Object.values(call.inputs) as TensorInfo[]
    const { axis } = call.attrs as unknown as { axis: number }
    const isOurs = all.every(
      ({ dtype, dataId }) => dtype === 'float32' && backend.texData.get(dataId).texture != null,
    )
    const sizes = all.map(({ shape }) => util.sizeFromShape(shape))
    if (axis !== 0 || !isOurs || all.length > AT_ONCE || all.length === 1 || sizes.includes(0)) {
      return original(call)
    }
    const [whole] = launch(
      backend,
      { whole: { shape: shapeOf(all, all.length) } },
      {
        code: `
          void compute(int at) {
            whole = 0.;
            ${all.map((_, i) => `if (at >= 0 && at < size${i}) whole = x${i}(at); at -= size${i};`).join('\n')}
          }
        `,
        inputs: Object.fromEntries(all.map((x, i) => [`x${i}`, x])),
        ints: Object.fromEntries(sizes.map((size, i) => [`size${i}`, size])),
      },
    )
    return whole!
  }
