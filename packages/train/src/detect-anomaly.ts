/** Names the layer where the first NaN or infinity of a batch came about. */
import type { Callback } from '@dl/callbacks'
import { DlError, noGrad, showShape } from '@dl/core'
import { clone, customGrad, dispose, keep, type Tensor as T, Tensor } from '@tensorflow/tfjs-core'
import type { Fault } from './fault'
import { nameOf } from './nothing-learns'
import { Run } from './run'

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
  /** Shares its numbers with what the layer put out, or with the gradient that came. */
  tensor: Tensor
}

/**
 * Keeps what each module puts out and the gradient that comes back to it, as
 * `torch.autograd.set_detect_anomaly`. After a batch whose loss or gradients are not finite it ends
 * the run with `anomaly`, which names the module by its path and counts what is NaN or infinite. For
 * the search alone: all outputs and their gradients stay in memory until the batch ends.
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
    if (isTraining) list.push({ path, tensor: noGrad(() => keep(clone(tensor))) })
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
    for (const list of [forward, backward]) dispose(list.splice(0).map(({ tensor }) => tensor))
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
    async onBatchEnd(ctx) {
      const { loss, batch, epoch } = ctx
      isTraining = false
      const fault = ctx instanceof Run ? ctx.fault : null
      const place = Number.isFinite(loss)
        ? null
        : ((await inOutputs(forward)) ??
          inLoss(fault) ??
          (await inGradients(backward)) ??
          inWeights(fault, model))
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

async function inOutputs(forward: readonly Seen[]): Promise<string | null> {
  const first = await firstBroken(forward)
  if (first === null) return null
  return `the output of ${moduleName(first.path)} is the first that is not finite (${first.counts})`
}

const inLoss = (fault: Fault | null): string | null =>
  fault === null || fault.what === 'gradient'
    ? null
    : `all outputs are finite, but the ${fault.what} is ${fault.value}`

async function inGradients(backward: readonly Seen[]): Promise<string | null> {
  const first = await firstBroken(backward)
  if (first === null) return null
  const { i, path, counts } = first
  // what it came through last
  const from = i === 0 ? 'the loss' : moduleName(backward[i - 1]!.path)
  return `all outputs are finite, and so is the gradient up to ${from}, but not behind it, at the output of ${moduleName(path)} (${counts})`
}

function inWeights(fault: Fault | null, model: object): string | null {
  const parameter = fault?.parameter
  if (!parameter) return null
  return `all outputs and their gradients are finite, but not the gradient of ${nameOf(model, parameter)}`
}

async function firstBroken(seen: readonly Seen[]) {
  for (const [i, { path, tensor }] of seen.entries()) {
    const counts = brokenIn(await tensor.data())
    if (counts !== null) return { i, path, counts: `${counts} of ${showShape(tensor.shape)}` }
  }
  return null
}

/** `3 NaN and 1 -Infinity`; null where all numbers are finite. */
function brokenIn(values: ArrayLike<number>): string | null {
  const counts = new Map<number, number>()
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  if (counts.size === 0) return null
  return [...counts].map(([value, count]) => `${count} ${value}`).join(' and ')
}

const moduleName = (path: string): string => (path === '' ? 'the model' : path)
