/**
 * Kernels that tfjs gets wrong on each of its backends, put right in front of whatever a backend has.
 * The causes lie in code that all of them share.
 */
import {
  backend_util,
  clone,
  engine,
  getKernel,
  getKernelsForBackend,
  type KernelFunc,
  registerKernel,
  slice,
  type Tensor,
  type TensorInfo,
  tidy,
  tile,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
import { spread } from './autograd/arranging'
import { DlError } from './errors'
import { contract, parse } from './ops/einsum'
import { shared } from './shared'

type Inputs = Record<string, Tensor>
// biome-ignore lint/suspicious/noExplicitAny: attributes are as free as tfjs's own
type Attrs = Record<string, any>
type Run = (inputs: Inputs, attrs: Attrs) => Tensor

/** A kernel in the place of another, which it gets. */
type Repair = (inputs: Inputs, attrs: Attrs, original: Run) => Tensor

const repaired = shared('repairedBackends', new Set<string>())

/**
 * Repairs what tfjs computes wrongly on every backend: `einsum` where only one of two factors has a
 * dimension that is summed over, convolutions and pools of volumes with padding 'same' whose windows
 * are smaller than their stride, `cumsum` and `cumprod` along negative axes, and
 * `tensorScatterUpdate`, which writes over its input. `@dl/backend-wasm` and `@dl/backend-webgl` have
 * done it for theirs; a backend of tfjs's own wants it asked for.
 *
 * @param backendName a backend that is loaded; a second time nothing happens
 * @throws DlError `no-backend`
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu'
 * import { repairKernels } from '@dl/core'
 * import { einsum, tensor } from '@tensorflow/tfjs-core'
 *
 * repairKernels('cpu')
 * const [a, b] = [tensor([1, 2, 3, 4], [2, 2]), tensor([1, 10])]
 * const y = einsum('ij,j->', a, b)
 * String(await y.data()) // → 64
 * for (const t of [a, b, y]) t.dispose()
 * ```
 */
export function repairKernels(backendName: string): void {
  if (repaired.current.has(backendName)) return
  if (getKernelsForBackend(backendName).length === 0) {
    throw new DlError('no-backend', {
      problem: `there are no kernels of a backend '${backendName}'`,
      expected: 'a backend that is loaded',
      fix: `Import its package before, '@tensorflow/tfjs-backend-cpu' for 'cpu'.`,
    })
  }
  repaired.current.add(backendName)
  for (const [name, repair] of Object.entries(repairs)) {
    const config = getKernel(name, backendName)
    if (config == null) continue
    const kernelFunc: KernelFunc = call => {
      const original: Run = (inputs, attrs) => {
        const output = config.kernelFunc({ ...call, inputs, attrs }) as Tensor | TensorInfo
        // it is one already where a kernel fell back to another that is repaired
        return 'rank' in output ? output : engine().makeTensorFromTensorInfo(output)
      }
      return tidy(() => repair(call.inputs as Inputs, call.attrs ?? {}, original))
    }
    // registering over a kernel would warn
    unregisterKernel(name, backendName)
    registerKernel({ ...config, kernelFunc })
  }
}

const einsum: Repair = (inputs, { equation }) => {
  const factors = Object.values(inputs)
  const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, factors.length)
  backend_util.checkEinsumDimSizes(allDims.length, idDims, factors)
  const sums = contract(...parse(equation), factors)
  return factors.includes(sums) ? clone(sums) : sums
}

/** tfjs makes a shape of the axis as it is. */
const fromTheEnd: Repair = (inputs, attrs, original) => {
  const { rank } = inputs.x!
  return original(inputs, { ...attrs, axis: attrs.axis < 0 ? attrs.axis + rank : attrs.axis })
}

/** tfjs's CPU kernel, which others fall back to, writes into the tensor it is given. */
const intoCopy: Repair = (inputs, attrs, original) => {
  const { shape } = inputs.tensor!
  return original({ ...inputs, tensor: tile(inputs.tensor!, Array(shape.length).fill(1)) }, attrs)
}

/**
 * As much of a volume as windows reach with padding 'same'. Where they are smaller than the stride
 * this may be less than the volume, of which tfjs then makes negative padding.
 */
function reached(shape: number[], window: number | number[], { pad, ...attrs }: Attrs): number[] {
  if (pad !== 'same') return shape
  const along = (sizes: number | number[], axis: number) =>
    [sizes].flat().at(axis % [sizes].flat().length)!
  return shape.map((size, i) => {
    if (i < 1 || i > 3) return size
    const stride = along(attrs.strides, i - 1)
    const dilation = along(attrs.dilations ?? 1, i - 1)
    const last = (Math.ceil(size / stride) - 1) * stride
    return Math.min(size, last + (along(window, i - 1) - 1) * dilation + 1)
  })
}

const cropped = (x: Tensor, shape: number[]): Tensor =>
  shape.every((size, axis) => size === x.shape[axis])
    ? x
    : slice(
        x,
        shape.map(() => 0),
        shape,
      )

const ofReached =
  (windowOf: (inputs: Inputs, attrs: Attrs) => number | number[]): Repair =>
  (inputs, attrs, original) => {
    const x = inputs.x!
    return original(
      { ...inputs, x: cropped(x, reached(x.shape, windowOf(inputs, attrs), attrs)) },
      attrs,
    )
  }

const toVolume: Repair = (inputs, attrs, original) => {
  const whole: number[] = attrs.inputShape
  const inputShape = reached(whole, inputs.filter!.shape.slice(0, 3), attrs)
  const dx = original(inputs, { ...attrs, inputShape })
  // WebGL pads four dimensions at most
  return whole.reduce((dx, size, axis) => spread(dx, axis, 0, size), dx)
}

const repairs: Record<string, Repair> = {
  Einsum: einsum,
  Cumsum: fromTheEnd,
  Cumprod: fromTheEnd,
  TensorScatterUpdate: intoCopy,
  Conv3D: ofReached(({ filter }) => filter!.shape.slice(0, 3)),
  Conv3DBackpropFilterV2: ofReached((_, { filterShape }) => filterShape.slice(0, 3)),
  Conv3DBackpropInputV2: toVolume,
  MaxPool3D: ofReached((_, { filterSize }) => filterSize),
  AvgPool3D: ofReached((_, { filterSize }) => filterSize),
}
