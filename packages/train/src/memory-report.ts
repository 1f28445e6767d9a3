/** Who holds the memory of tensors, by module path. */
import { DlError, isParameter, type Parameter, showValue } from '@dl/core'
import type { LayerOptimizer } from '@dl/optim'
import { dispose, memory, type Tensor, util } from '@tensorflow/tfjs-core'
import { checkOptimizer } from './checks'

export interface MemoryHolder {
  /** `encoder.0.weight`; a parameter the model does not show is called by its number. */
  path: string
  kind: 'parameter' | 'buffer' | 'optimizer'
  bytes: number
}

/** Bytes of tensors. */
export interface MemoryReport {
  /** Of all tensors there are. */
  total: number
  parameters: number
  buffers: number
  /** What the optimizer remembers. */
  optimizer: number
  /** Of tensors that none of them holds: batches, activations, what was forgotten. */
  rest: number
  /** The largest first. */
  holders: MemoryHolder[]
  toString(): string
}

interface ReportedModel {
  namedParameters(): Iterable<readonly [string, Parameter]>
  namedBuffers(): Iterable<readonly [string, { readonly value: Tensor }]>
}

/**
 * What model and optimizer hold now. Data that several share counts once, for the first.
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { memoryReport } from '@dl/train'
 *
 * const model = new Linear(8, 4)
 * const report = memoryReport(model)
 * report.parameters // → 144
 * report.holders[0]!.path // → weight
 * model.dispose()
 * ```
 */
export function memoryReport(model: ReportedModel, lo?: LayerOptimizer): MemoryReport {
  checkReported(model)
  if (lo !== undefined) checkOptimizer(lo)
  const seen = new Set<object>()
  const holders: MemoryHolder[] = []
  const add = (kind: MemoryHolder['kind'], path: string, { dataId, dtype, size }: Tensor) => {
    if (seen.has(dataId)) return
    seen.add(dataId)
    holders.push({ path, kind, bytes: size * util.bytesPerElement(dtype) })
  }
  const names = new Map<unknown, string>()
  for (const [path, parameter] of model.namedParameters()) {
    names.set(parameter, path)
    add('parameter', path, parameter.value)
  }
  for (const [path, buffer] of model.namedBuffers()) add('buffer', path, buffer.value)
  if (lo !== undefined) {
    const parameters = lo.groups.flat().filter(isParameter)
    const { tensors } = lo.stateDict()
    for (const [name, tensor] of Object.entries(tensors)) {
      const [index = '', slot = ''] = name.split('.')
      add('optimizer', `${names.get(parameters[Number(index)]) ?? index}: ${slot}`, tensor)
    }
    dispose(tensors)
  }
  holders.sort((a, b) => b.bytes - a.bytes)
  const bytesOf = (kind: MemoryHolder['kind']) =>
    holders.reduce((sum, one) => sum + (one.kind === kind ? one.bytes : 0), 0)
  const total = memory().numBytes
  const [parameters, buffers, optimizer] = [
    bytesOf('parameter'),
    bytesOf('buffer'),
    bytesOf('optimizer'),
  ]
  const rest = total - parameters - buffers - optimizer
  return {
    ...{ total, parameters, buffers, optimizer, rest, holders },
    toString: () =>
      [
        ...Object.entries({ total, parameters, buffers, optimizer, rest }),
        ...holders.slice(0, 10).map(({ path, bytes }) => [`  ${path}`, bytes] as const),
      ]
        .map(([name, bytes]) => `${name.padEnd(40)} ${(bytes / 2 ** 20).toFixed(2)} MiB`)
        .join('\n'),
  }
}

function checkReported(model: ReportedModel): void {
  const { namedParameters, namedBuffers } = Object(model) as Partial<ReportedModel>
  if (typeof namedParameters === 'function' && typeof namedBuffers === 'function') return
  throw new DlError('bad-model', {
    problem: `memoryReport's model is ${showValue(model)}`,
    expected: 'a Module, or what has its namedParameters and namedBuffers',
  })
}
