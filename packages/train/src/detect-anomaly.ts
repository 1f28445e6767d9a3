/** Names the layer where the first NaN or infinity of a batch came about. */
import type { Callback } from '@dl/callbacks'
import { DlError, noGrad } from '@dl/core'
import {
  clone,
  customGrad,
  dispose,
  keep,
  sum,
  type Tensor as T,
  Tensor,
} from '@tensorflow/tfjs-core'

/** What of a module is needed. */
export interface WatchedModule {
  namedModules(): Iterable<readonly [path: string, module: Watched]>
}

interface Watched {
  // biome-ignore lint/suspicious/noExplicitAny: modules of whatever inputs and outputs
  onForward(hook: (module: any, inputs: any, output: any) => any): () => void
}

interface Seen {
  path: string
  /** Of all elements: not finite where one of them is not. */
  sum: Tensor
}

/**
 * Looks at what each module puts out and at the gradient that comes back to it, as
 * `torch.autograd.set_detect_anomaly`. After a batch whose loss or gradients are not finite it ends
 * the run with `anomaly`, which names the module by its path. For the search alone: each layer is
 * read once more.
 *
 * @param model of `fit`, whose modules take hooks
 * @throws DlError `anomaly`, out of `fit`
 *
 * @example
 * ```ts
 * import { Linear, Sequential } from '@dl/layers'
 * import { detectAnomaly } from '@dl/train'
 *
 * const model = new Sequential(new Linear(2, 2), new Linear(2, 1))
 * detectAnomaly(model).name // → detectAnomaly
 * model.dispose()
 * ```
 */
export function detectAnomaly(model: WatchedModule): Callback {
  const forward: Seen[] = []
  const backward: Seen[] = []
  let unhook: (() => void)[] = []
  let isTraining = false

  const note = (list: Seen[], path: string, tensor: Tensor) => {
    if (isTraining) list.push({ path, sum: noGrad(() => keep(sum(tensor))) })
  }
  const watch = (path: string, output: unknown): unknown => {
    if (!isTraining) return output
    if (Array.isArray(output)) return output.map(part => watch(path, part))
    if (!(output instanceof Tensor) || output.dtype !== 'float32') return output
    note(forward, path, output)
    return customGrad(x => ({
      value: clone(x as T),
      gradFunc: (dy: Tensor) => {
        note(backward, path, dy)
        return clone(dy)
      },
    }))(output)
  }
  const forget = () => {
    isTraining = false
    for (const list of [forward, backward]) dispose(list.splice(0).map(seen => seen.sum))
  }

  return {
    name: 'detectAnomaly',
    onTrainBegin() {
      unhook = [...model.namedModules()].map(([path, module]) =>
        module.onForward((_module, _inputs, output: unknown) => watch(path, output)),
      )
    },
    onBatchBegin() {
      forget()
      isTraining = true
    },
    async onBatchEnd({ loss, batch, epoch }) {
      isTraining = false
      const place = Number.isFinite(loss) ? null : await firstOf(forward, backward)
      forget()
      if (place === null) return
      throw new DlError('anomaly', {
        problem: `${place} in batch ${batch} of epoch ${epoch}`,
        expected: 'finite numbers',
        fix: 'Look there for a square root, a power, a log or a division at 0, and for numbers beyond 3e38.',
      })
    },
    onTrainEnd() {
      forget()
      for (const off of unhook.splice(0)) off()
    },
  }
}

async function firstOf(
  forward: readonly Seen[],
  backward: readonly Seen[],
): Promise<string | null> {
  const first = await firstBroken(forward)
  if (first >= 0)
    return `the output of ${nameOf(forward[first]!.path)} is the first that is not finite`
  const back = await firstBroken(backward)
  if (back < 0)
    return backward.length > 0
      ? 'no output, but the loss or a gradient of weights is not finite'
      : null
  const to = nameOf(backward[back]!.path)
  // what it came through last
  const from = back === 0 ? 'the loss' : nameOf(backward[back - 1]!.path)
  return `the gradient is finite up to ${from}, and behind it, at the output of ${to}, no more`
}

async function firstBroken(seen: readonly Seen[]): Promise<number> {
  for (const [i, { sum }] of seen.entries()) {
    if (!Number.isFinite((await sum.data())[0])) return i
  }
  return -1
}

const nameOf = (path: string): string => (path === '' ? 'the model' : path)
