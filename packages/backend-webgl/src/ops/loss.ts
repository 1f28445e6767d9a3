/** Cross-entropies, by the formulas of @dl/core that keep all digits of small losses. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { LOG1P } from '../elementwise'
import { launch } from '../gpu/launch'

type Inputs = Record<string, TensorInfo>

interface Attrs {
  reduction: 'mean' | 'sum' | 'none'
  ignoreIndex: number
}

const NAN = 'uintBitsToFloat(0x7fc00000u)'

export const crossEntropy: KernelFunc = call => {
  const backend = call.backend as MathBackendWebGL
  const { logits, labels } = call.inputs as Inputs
  const { reduction, ignoreIndex } = call.attrs as unknown as Attrs
  const [rows, classes] = logits!.shape as [number, number]
  const shape = [rows]
  const [losses, peak, others] = launch(
    backend,
    { losses: { shape }, peak: { shape }, others: { shape } },
    {
      code: `
        ${LOG1P}
        void compute(int row) {
          int label = int(labels(row));
          float most = logits(row, 0);
          for (int i = 1; i < classes; i++) most = max(most, logits(row, i));
          float sum = 0.;
          for (int begin = 0; begin < classes; begin += 256) {
            // in parts, for the last digits
            float part = 0.;
            for (int i = begin; i < min(classes, begin + 256); i++) {
              if (i != label) part += power(logits(row, i) - most);
            }
            sum += part;
          }
          peak = most;
          others = sum;
          float distance = most - logits(row, clamp(label, 0, classes - 1));
          float loss = distance + log1p(sum + (power(-distance) - 1.));
          losses = label == ignored ? 0. : label < 0 || label >= classes ? ${NAN} : loss;
        }
      `,
      inputs: { logits: logits!, labels: labels! },
      ints: { classes, ignored: ignoreIndex },
    },
  ) as [TensorInfo, TensorInfo, TensorInfo]
  if (reduction === 'none') return [losses, peak, others]
  const [loss] = launch(
    backend,
    { loss: { shape: [] } },
    {
      code: `
        void compute(int at) {
          float total = 0.;
          int counted = 0;
          for (int begin = 0; begin < rows; begin += 64) {
            float part = 0.;
            for (int row = begin; row < min(rows, begin + 64); row++) {
              part += losses(row);
              if (int(labels(row)) != ignored) counted++;
            }
            total += part;
          }
          loss = ${reduction === 'sum' ? 'total' : `counted == 0 ? ${NAN} : total / float(counted)`};
        }
      `,
      inputs: { losses, labels: labels! },
      ints: { rows, ignored: ignoreIndex },
    },
  )
  backend.disposeIntermediateTensorInfo(losses)
  return [loss!, peak, others]
}

export const crossEntropyGrad: KernelFunc = call => {
  const backend = call.backend as MathBackendWebGL
  const { logits, labels, peak, others, dy } = call.inputs as Inputs
  const { reduction, ignoreIndex } = call.attrs as unknown as Attrs
  const [rows, classes] = logits!.shape as [number, number]
  const ints = { rows, classes, ignored: ignoreIndex }
  const share = reduction === 'mean' ? shareOf(backend, labels!, dy!, ints) : null
  const made = launch(
    backend,
    { dx: { shape: logits!.shape } },
    {
      code: `
        void compute(int at) {
          int row = at / classes, column = at - row * classes, label = int(labels(row));
          float most = peak(row), rest = others(row), total = rest;
          if (label >= 0 && label < classes) total += power(logits(row, label) - most);
          float slope = column == label ? -rest : power(logits(row, column) - most);
          dx = label == ignored ? 0. : slope * (dy(${reduction === 'none' ? 'row' : '0'}) / total);
        }
      `,
      inputs: {
        ...{ logits: logits!, labels: labels!, peak: peak!, others: others! },
        dy: share ?? dy!,
      },
      ints: { classes, ignored: ignoreIndex },
    },
  )
  if (share) backend.disposeIntermediateTensorInfo(share)
  return made
}

/** What of the mean's gradient each counted row gets. */
function shareOf(
  backend: MathBackendWebGL,
  labels: TensorInfo,
  dy: TensorInfo,
  { rows, ignored }: { rows: number; ignored: number },
): TensorInfo {
  const [share] = launch(
    backend,
    { share: { shape: [] } },
    {
      code: `
        void compute(int at) {
          int counted = 0;
          for (int row = 0; row < rows; row++) if (int(labels(row)) != ignored) counted++;
          share = dy(0) / float(counted);
        }
      `,
      inputs: { labels, dy },
      ints: { rows, ignored },
    },
  )
  return share!
}

export const binaryCrossEntropy: KernelFunc = call => {
  const { logits, targets } = call.inputs as Inputs
  return launch(
    call.backend as MathBackendWebGL,
    { losses: { shape: logits!.shape } },
    {
      code: `
        ${LOG1P}
        void compute(int at) {
          float x = logits(at), t = targets(at), size = abs(x);
          float wrong = x > 0. ? 1. - t : t;
          losses = (wrong == 0. ? 0. : size * wrong) + log1p(power(-size));
        }
      `,
      inputs: { logits: logits!, targets: targets! },
    },
  )
}

export const binaryCrossEntropyGrad: KernelFunc = call => {
  const { logits, targets, dy } = call.inputs as Inputs
  return launch(
    call.backend as MathBackendWebGL,
    { dx: { shape: logits!.shape } },
    {
      code: `
        void compute(int at) {
          float x = logits(at), t = targets(at), e = power(-abs(x));
          float small = e / (e + 1.);
          dx = (x > 0. ? (1. - t) - small : small - t) * dy(at);
        }
      `,
      inputs: { logits: logits!, targets: targets!, dy: dy! },
    },
  )
}

export const losses: Record<string, KernelFunc> = {
  DlCrossEntropy: crossEntropy,
  DlCrossEntropyGrad: crossEntropyGrad,
  DlBinaryCrossEntropy: binaryCrossEntropy,
  DlBinaryCrossEntropyGrad: binaryCrossEntropyGrad,
}
