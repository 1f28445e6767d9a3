/** The gradients of a dilation, which tfjs has no programs for: to the first of each window's largest. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import {
  backend_util,
  type Dilation2DAttrs,
  Dilation2DBackpropFilter,
  Dilation2DBackpropInput,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'

type Shape4 = [number, number, number, number]

function geometry(call: Parameters<KernelFunc>[0]) {
  const { x, filter, dy } = call.inputs as Record<'x' | 'filter' | 'dy', TensorInfo>
  const { strides, pad, dilations } = call.attrs as unknown as Dilation2DAttrs
  const info = backend_util.computeDilation2DInfo(
    ...([x.shape as Shape4, filter.shape as [number, number, number]] as const),
    ...([strides, pad, 'NHWC', dilations] as const),
  )
  const ints = {
    ...{ items: info.batchSize, height: info.inHeight, width: info.inWidth },
    ...{ rows: info.outHeight, columns: info.outWidth, channels: info.inChannels },
    ...{ down: info.strideHeight, across: info.strideWidth },
    ...{ high: info.filterHeight, wide: info.filterWidth },
    ...{ apart: info.dilationHeight, abreast: info.dilationWidth },
    ...{ top: info.padInfo.top, left: info.padInfo.left },
  }
  const backend = call.backend as MathBackendWebGL
  const [firsts] = launch(
    backend,
    { first: { shape: info.outShape } },
    {
      code: `
        void compute(int at) {
          int place = at / channels, channel = at - place * channels;
          int line = place / columns, item = line / rows;
          int y = (line - item * rows) * down - top, x0 = (place - line * columns) * across - left;
          float most = 0.;
          int found = -1;
          for (int i = 0; i < high; i++) {
            int row = y + i * apart;
            if (row < 0 || row >= height) continue;
            for (int j = 0; j < wide; j++) {
              int column = x0 + j * abreast;
              if (column < 0 || column >= width) continue;
              float value = x((item * height + row) * width + column, channel) + kernel(i * wide + j, channel);
              if (found < 0 || value > most) {
                most = value;
                found = i * wide + j;
              }
            }
          }
          first = float(found);
        }
      `,
      inputs: { x, kernel: filter },
      ints,
    },
  )
  return { backend, x, filter, dy, firsts: firsts!, ints }
}

const input: KernelFunc = call => {
  const { backend, x, dy, firsts, ints } = geometry(call)
  const [dx] = launch(
    backend,
    { dx: { shape: x.shape } },
    {
      code: `
        void compute(int at) {
          int place = at / channels, channel = at - place * channels;
          int line = place / width, item = line / height;
          int y = line - item * height + top, x = place - line * width + left;
          dx = 0.;
          for (int i = 0; i < high; i++) {
            int row = (y - i * apart) / down;
            if (row < 0 || row >= rows || row * down != y - i * apart) continue;
            for (int j = 0; j < wide; j++) {
              int column = (x - j * abreast) / across;
              if (column < 0 || column >= columns || column * across != x - j * abreast) continue;
              int from = (item * rows + row) * columns + column;
              if (int(firsts(from, channel)) == i * wide + j) dx += dy(from, channel);
            }
          }
        }
      `,
      inputs: { dy, firsts },
      ints,
    },
  )
  backend.disposeIntermediateTensorInfo(firsts)
  return dx!
}

const kernel: KernelFunc = call => {
  const { backend, filter, dy, firsts, ints } = geometry(call)
  const { items, rows, columns, channels } = ints
  const [df] = launch(
    backend,
    { df: { shape: filter.shape } },
    {
      code: `
        void compute(int at) {
          int which = at / channels, channel = at - which * channels;
          df = 0.;
          for (int from = 0; from < places; from++) {
            if (int(firsts(from, channel)) == which) df += dy(from, channel);
          }
        }
      `,
      inputs: { dy, firsts },
      ints: { channels, places: items * rows * columns },
    },
  )
  backend.disposeIntermediateTensorInfo(firsts)
  return df!
}

export function registerDilation(): void {
  const kernels = { [Dilation2DBackpropInput]: input, [Dilation2DBackpropFilter]: kernel }
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    registerKernel({ kernelName, backendName: 'webgl', kernelFunc })
  }
}
