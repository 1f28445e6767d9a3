/**
 * Max pooling. A window with a NaN gives NaN, which tfjs's program passes over. The gradient goes to the first of equal values in reading order, as on every
 * other backend and in PyTorch. tfjs's program for WebGL takes the last, and behind a ReLU, where
 * zeros abound, equal values are the rule.
 */
import type { GPGPUProgram, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import {
  backend_util,
  type KernelFunc,
  MaxPool,
  type MaxPoolAttrs,
  MaxPoolGrad,
  type MaxPoolGradAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { repairKernel } from './repair'

/** Puts the repairs in the place of tfjs's own kernels. */
export function repairMaxPool(): void {
  repairKernel(MaxPool, original => call => forward(call) ?? original(call))
  repairKernel(MaxPoolGrad, () => gradient)
}

/** Nothing where tfjs hands its input on. */
function forward(call: Parameters<KernelFunc>[0]): TensorInfo | null {
  const { x } = call.inputs as Record<'x', TensorInfo>
  const { filterSize, strides, pad, dimRoundingMode } = call.attrs as unknown as MaxPoolAttrs
  const shape = x.shape as [number, number, number, number]
  const pool = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
  if (pool.filterHeight * pool.filterWidth === 1) return null
  return (call.backend as MathBackendWebGL).compileAndRun(maxima(pool), [x], x.dtype)
}

const gradient: KernelFunc = call => {
  const backend = call.backend as MathBackendWebGL
  const { dy, input } = call.inputs as Record<'dy' | 'input', TensorInfo>
  const { filterSize, strides, pad, dimRoundingMode } = call.attrs as unknown as MaxPoolGradAttrs
  const shape = input.shape as [number, number, number, number]
  const pool = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
  const firsts = backend.compileAndRun(firstMaxima(pool), [input], 'float32')
  try {
    return backend.compileAndRun(share(pool), [dy, firsts], input.dtype)
  } finally {
    backend.disposeIntermediateTensorInfo(firsts)
  }
}

/** What both programs know of the pool. Sizes are no uniforms, as tfjs leaves out those that are 1. */
const constants = (pool: backend_util.Conv2DInfo): string => `
  const ivec2 window = ivec2(${pool.filterHeight}, ${pool.filterWidth});
  const ivec2 strides = ivec2(${pool.strideHeight}, ${pool.strideWidth});
  const ivec2 pads = ivec2(${pool.padInfo.top}, ${pool.padInfo.left});
  const ivec2 inSize = ivec2(${pool.inHeight}, ${pool.inWidth});
  const ivec2 outSize = ivec2(${pool.outHeight}, ${pool.outWidth});
`

/** Walks over the pixels of a window that lie inside the image, counted row by row. */
const walk = (body: string): string => `
      ivec4 at = getOutputCoords();
      ivec2 corner = at.yz * strides - pads;
      float largest = 0.;
      int first = -1;
      for (int r = 0; r < window.x; r++) {
        int row = corner.x + r;
        if (row < 0 || row >= inSize.x) continue;
        for (int c = 0; c < window.y; c++) {
          int column = corner.y + c;
          if (column < 0 || column >= inSize.y) continue;
          float value = getX(at.x, row, column, at.w);
          ${body}
        }
      }
`

const maxima = (pool: backend_util.Conv2DInfo): GPGPUProgram => ({
  variableNames: ['x'],
  outputShape: pool.outShape,
  userCode: `
    ${constants(pool)}
    void main() {
      ${walk(`
          if (first < 0 || value > largest || (isnan(value) && !isnan(largest))) largest = value;
          first = 0;
      `)}
      setOutput(largest);
    }
  `,
})

/** Where in each window the first of its largest values is, counted row by row. */
const firstMaxima = (pool: backend_util.Conv2DInfo): GPGPUProgram => ({
  variableNames: ['x'],
  outputShape: pool.outShape,
  userCode: `
    ${constants(pool)}
    void main() {
      ${walk(`
          if (first < 0 || value > largest) {
            largest = value;
            first = r * window.y + c;
          }
      `)}
      setOutput(float(first));
    }
  `,
})

/** To each pixel the gradients of the windows whose first maximum it is. */
const share = (pool: backend_util.Conv2DInfo): GPGPUProgram => ({
  variableNames: ['dy', 'firsts'],
  outputShape: pool.inShape,
  userCode: `
    ${constants(pool)}
    void main() {
      ivec4 at = getOutputCoords();
      float total = 0.;
      for (int r = 0; r < window.x; r++) {
        int fromTop = at.y + pads.x - r;
        int row = fromTop / strides.x;
        if (fromTop < 0 || row * strides.x != fromTop || row >= outSize.x) continue;
        for (int c = 0; c < window.y; c++) {
          int fromLeft = at.z + pads.y - c;
          int column = fromLeft / strides.y;
          if (fromLeft < 0 || column * strides.y != fromLeft || column >= outSize.y) continue;
          if (int(getFirsts(at.x, row, column, at.w)) == r * window.y + c) {
            total += getDy(at.x, row, column, at.w);
          }
        }
      }
      setOutput(total);
    }
  `,
})
