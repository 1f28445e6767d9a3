/**
 * Repairs of tfjs's programs that pick elements: `where` beyond rank 4, `gatherND` whose copies stay
 * behind, `tensorScatterUpdate` where two updates meet (the last one stays), and crops, which it takes
 * from other images than it is told.
 */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import {
  backend_util,
  CropAndResize,
  type CropAndResizeAttrs,
  GatherNd,
  type KernelFunc,
  Select,
  type Tensor,
  type TensorInfo,
  TensorScatterUpdate,
  upcastType,
  util,
} from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'
import { repairKernel } from '../repair'

type Inputs = Record<string, TensorInfo>

/** What programs can hold. */
const isNumeric = ({ dtype }: TensorInfo): boolean => dtype !== 'string' && dtype !== 'complex64'

const select =
  (original: KernelFunc): KernelFunc =>
  call => {
    const { condition, t, e } = call.inputs as Record<'condition' | 't' | 'e', TensorInfo>
    if (!isNumeric(t) || !isNumeric(e) || util.sizeFromShape(t.shape) === 0) return original(call)
    const [chosen] = launch(
      call.backend as MathBackendWebGL,
      { chosen: { shape: t.shape, dtype: upcastType(t.dtype, e.dtype) } },
      {
        // a condition of fewer dimensions says it for whole rows
        code: 'void compute(int at) { chosen = condition(at / each) >= 1. ? yes(at) : no(at); }',
        inputs: { condition, yes: t, no: e },
        ints: { each: util.sizeFromShape(t.shape) / util.sizeFromShape(condition.shape) },
      },
    )
    return chosen!
  }

/** GLSL: the place that row `i` of indices speaks of, or -1. */
const placeOf = (shape: number[], depth: number): string => `
  int placeOf(int i) {
    int place = 0;
    ${shape
      .slice(0, depth)
      .map(
        (size, axis) => `
          int at${axis} = int(indices(i * ${depth} + ${axis}));
          if (at${axis} < 0 || at${axis} >= ${size}) return -1;
          place = place * ${size} + at${axis};
        `,
      )
      .join('')}
    return place;
  }
`

const gatherNd =
  (original: KernelFunc): KernelFunc =>
  call => {
    const { params, indices } = call.inputs as Record<'params' | 'indices', TensorInfo>
    const [shape, , each] = backend_util.prepareAndValidate(params as Tensor, indices as Tensor)
    if (!isNumeric(params) || util.sizeFromShape(shape) === 0) return original(call)
    const [gathered] = launch(
      call.backend as MathBackendWebGL,
      { gathered: { shape, dtype: params.dtype } },
      {
        code: `
          ${placeOf(params.shape, indices.shape.at(-1)!)}
          void compute(int at) {
            int i = at / each, place = placeOf(i);
            gathered = place < 0 ? 0. : params(place * each + at - i * each);
          }
        `,
        inputs: { params, indices },
        ints: { each },
      },
    )
    return gathered!
  }

const scatter =
  (original: KernelFunc): KernelFunc =>
  call => {
    const inputs = call.inputs as Record<'tensor' | 'indices' | 'updates', TensorInfo>
    const { tensor, indices, updates } = inputs
    const depth = indices.shape.at(-1) ?? 1
    const sizes = [tensor, indices, updates].map(({ shape }) => util.sizeFromShape(shape))
    if (!isNumeric(tensor) || sizes.includes(0)) return original(call)
    const [written] = launch(
      call.backend as MathBackendWebGL,
      { written: { shape: tensor.shape, dtype: tensor.dtype } },
      {
        code: `
          ${placeOf(tensor.shape, depth)}
          void compute(int at) {
            int row = at / each;
            written = original(at);
            for (int i = count - 1; i >= 0; i--) {
              if (placeOf(i) != row) continue;
              written = updates(i * each + at - row * each);
              return;
            }
          }
        `,
        inputs: { original: tensor, indices, updates },
        ints: { each: util.sizeFromShape(tensor.shape.slice(depth)), count: sizes[1]! / depth },
      },
    )
    return written!
  }

const crop: KernelFunc = call => {
  const { image, boxes, boxInd } = call.inputs as Inputs
  const { cropSize, method, extrapolationValue } = call.attrs as unknown as CropAndResizeAttrs
  const [count, height, width, channels] = image!.shape as [number, number, number, number]
  const [rows, columns] = cropSize
  const shape = [boxes!.shape[0]!, rows, columns, channels]
  /** Where in the image row or column `i` of a crop lies, of `most + 1`. */
  const along = (from: string, to: string, i: string, most: string, size: number) =>
    size > 1
      ? `${from} * ${most} + ${i} * (${to} - ${from}) * ${most} / ${size - 1}.`
      : `0.5 * (${from} + ${to}) * ${most}`
  const [cropped] = launch(
    call.backend as MathBackendWebGL,
    { cropped: { shape } },
    {
      code: `
        float pixel(int item, int y, int x, int channel) {
          return image((item * height + y) * width + x, channel);
        }
        void compute(int at) {
          int place = at / channels, channel = at - place * channels;
          int row = place / columns, box = row / rows;
          float i = float(row - box * rows), j = float(place - row * columns);
          float high = float(height - 1), wide = float(width - 1);
          int item = int(boxInd(box));
          float y = ${along('boxes(box, 0)', 'boxes(box, 2)', 'i', 'high', rows)};
          float x = ${along('boxes(box, 1)', 'boxes(box, 3)', 'j', 'wide', columns)};
          if (item < 0 || item >= count || !(y >= 0. && y <= high && x >= 0. && x <= wide)) {
            cropped = outside;
            return;
          }
          ${
            method === 'bilinear'
              ? `
                int top = int(floor(y)), bottom = int(ceil(y)), left = int(floor(x)), right = int(ceil(x));
                float down = y - float(top), across = x - float(left);
                cropped = mix(
                  mix(pixel(item, top, left, channel), pixel(item, top, right, channel), across),
                  mix(pixel(item, bottom, left, channel), pixel(item, bottom, right, channel), across),
                  down
                );
              `
              : 'cropped = pixel(item, int(floor(y + 0.5)), int(floor(x + 0.5)), channel);'
          }
        }
      `,
      inputs: { image: image!, boxes: boxes!, boxInd: boxInd! },
      ints: { count, height, width, channels, rows, columns },
      floats: { outside: extrapolationValue },
    },
  )
  return cropped!
}

export function repairSelecting(): void {
  repairKernel(Select, select)
  repairKernel(GatherNd, gatherNd)
  repairKernel(TensorScatterUpdate, scatter)
  repairKernel(CropAndResize, () => crop)
}
