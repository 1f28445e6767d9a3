/** The scale that clips gradients by their joint norm: all of them in one program, as far as they go. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'

/** Textures that a program may read are 16 at least; one is what was summed up before. */
const AT_ONCE = 15

export const clipScale: KernelFunc = call => {
  const backend = call.backend as MathBackendWebGL
  const grads = Object.values(call.inputs) as TensorInfo[]
  const { maxNorm } = call.attrs as unknown as { maxNorm: number }
  const sizes = grads.map(({ shape }) => util.sizeFromShape(shape))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const parts = Math.min(2048, Math.max(1, Math.ceil(Math.sqrt(total))))
  let sums: TensorInfo | null = null
  for (let begin = 0; begin < grads.length; begin += AT_ONCE) {
    const some = grads
      .slice(begin, begin + AT_ONCE)
      .filter(({ shape }) => util.sizeFromShape(shape))
    const before: TensorInfo | null = sums
    const [next] = launch(
      backend,
      { sum: { shape: [parts] } },
      {
        code: `
          void compute(int part) {
            float total = ${before ? 'before(part)' : '0.'};
            ${some
              .map(
                (_, i) => `
                  float sum${i} = 0.;
                  for (int at = part; at < size${i}; at += parts) {
                    float value = g${i}(at);
                    sum${i} += value * value;
                  }
                  total += sum${i};
                `,
              )
              .join('')}
            sum = total;
          }
        `,
        inputs: {
          ...(before && { before }),
          ...Object.fromEntries(some.map((grad, i) => [`g${i}`, grad])),
        },
        ints: {
          ...Object.fromEntries(
            some.map(({ shape }, i) => [`size${i}`, util.sizeFromShape(shape)]),
          ),
          ...(some.length > 0 && { parts }),
        },
      },
    )
    if (before) backend.disposeIntermediateTensorInfo(before)
    sums = next!
  }
  const made = launch(
    backend,
    { scale: { shape: [] } },
    {
      code: `
        void compute(int at) {
          float total = 0.;
          for (int part = 0; part < parts; part++) total += sums(part);
          float share = maxNorm / (sqrt(total) + 1e-6);
          // of a NaN the minimum may be 1
          scale = share < 1. || isnan(share) ? share : 1.;
        }
      `,
      inputs: { sums: sums! },
      ints: { parts },
      floats: { maxNorm },
    },
  )
  backend.disposeIntermediateTensorInfo(sums!)
  return made
}
