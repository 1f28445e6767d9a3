/** The state of PyTorch's optimizers, so that training goes on there or here. */
import { DlError, showValue } from '@dl/core'
import {
  decodeSafetensors,
  encodeSafetensors,
  type FileInput,
  type PyTorchTensor,
  type PyTorchValue,
  readPyTorch,
  type StoredTensor,
  storedOf,
  tensorsOf,
} from '@dl/data'
import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { LayerOptimizer } from './layer-optimizer'
import { fromTorch, toTorch } from './torch-layout'

type Dict = Map<PyTorchValue, PyTorchValue>

/** PyTorch's names of what rules remember. */
const SLOTS: Record<string, Readonly<Record<string, string>>> = {
  adam: { m: 'exp_avg', v: 'exp_avg_sq' },
  adamW: { m: 'exp_avg', v: 'exp_avg_sq' },
  sgd: { buffer: 'momentum_buffer' },
}

/** What PyTorch's rules can be told and ours cannot; on, they would go on otherwise. */
const LACKING = ['amsgrad', 'maximize', 'dampening', 'differentiable']

function slotsOf(lo: LayerOptimizer): Readonly<Record<string, string>> {
  const slots = SLOTS[lo.opt.name]
  if (slots) return slots
  throw new DlError('bad-option', {
    problem: `the rule is ${showValue(lo.opt.name)}`,
    expected: 'adam, adamW or sgd, whose state PyTorch has in the same form',
  })
}

/**
 * The bytes of a safetensors file with the state of the PyTorch optimizer over the same parameters in
 * the same order and groups: `state.0.exp_avg`, …, in PyTorch's layout, and `param_groups` as JSON in the
 * metadata. In Python:
 *
 * ```python
 * with safe_open("optimizer.safetensors", "pt") as file:
 *     groups = json.loads(file.metadata()["param_groups"])
 *     state = {}
 *     for key in file.keys():
 *         _, i, slot = key.split(".")
 *         state.setdefault(int(i), {})[slot] = file.get_tensor(key)
 * now = optimizer.state_dict()["param_groups"]
 * merged = [{**a, **b} for a, b in zip(now, groups, strict=True)]
 * optimizer.load_state_dict({"state": state, "param_groups": merged})
 * ```
 *
 * @throws DlError `bad-option` for rules other than adam, adamW and sgd
 *
 * @example
 * ```ts
 * import { decodeSafetensors } from '@dl/data'
 * import { Linear } from '@dl/layers'
 * import { adam, LayerOptimizer, toPyTorchOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(adam, model, 1e-3)
 * const { metadata } = decodeSafetensors(await toPyTorchOptimizer(lo))
 * metadata.param_groups // → [{"lr":0.001,"weight_decay":0,"betas":[0.9,0.999],"params":[0,1]}]
 * for (const owner of [lo, model]) owner.dispose()
 * ```
 */
export async function toPyTorchOptimizer(lo: LayerOptimizer): Promise<Uint8Array> {
  const slots = slotsOf(lo)
  const parameters = lo.groups.flat()
  const { tensors, values } = lo.stateDict()
  const state = Object.fromEntries(
    Object.entries(tensors).map(([name, slot]) => {
      const [index, own] = name.split('.') as [string, string]
      return [`state.${index}.${slots[own]}`, toTorch(parameters[Number(index)]!, slot)] as const
    }),
  )
  dispose(tensors)
  let stored: Record<string, StoredTensor>
  try {
    stored = await storedOf(state)
  } finally {
    dispose(state)
  }
  if ('m' in slots) {
    values.steps.forEach((step, i) => {
      if (step === 0) return
      stored[`state.${i}.step`] = { dtype: 'F32', shape: [], data: Float32Array.of(step) }
    })
  }
  return encodeSafetensors(stored, { format: 'pt', param_groups: JSON.stringify(groupsOf(lo)) })
}

function groupsOf(lo: LayerOptimizer): object[] {
  const { mom, beta } = lo
  let next = 0
  return lo.groups.map((group, i) => ({
    lr: lo.lrs[i],
    weight_decay: lo.wds[i],
    ...(beta === undefined ? { momentum: mom } : { betas: [mom, beta] }),
    params: group.map(() => next++),
  }))
}

/**
 * Goes on from where a PyTorch optimizer is: what `torch.save` wrote of its `state_dict()`, alone or in a
 * checkpoint under `optimizer` or `optimizer_state_dict`, or a file of {@link toPyTorchOptimizer}. Learning
 * rates, weight decays and momentum or betas are taken as well; `eps` and `nesterov` stay those of the rule.
 * Parameters go by order, as in PyTorch: they must be the same in the same groups.
 *
 * @param file a path, a URL, a Blob, the bytes, or what `readPyTorch` made of it
 * @throws DlError `state-mismatch` for another rule, other groups or shapes, and for amsgrad, maximize and
 *   dampening, which our rules do not have; nothing has changed then
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { adam, LayerOptimizer, loadPyTorchOptimizer, toPyTorchOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(adam, model, 1e-3)
 * const other = new LayerOptimizer(adam, model, 1)
 * await loadPyTorchOptimizer(other, await toPyTorchOptimizer(lo))
 * other.lr // → 0.001
 * for (const owner of [lo, other, model]) owner.dispose()
 * ```
 */
export async function loadPyTorchOptimizer(
  lo: LayerOptimizer,
  file: FileInput | PyTorchValue,
): Promise<void> {
  const slots = slotsOf(lo)
  const { state, groups } = optimizerIn(await asPyTorchs(file))
  requireGroups(lo, groups)
  const parameters = lo.groups.flat()
  const order = groups.flatMap(group => group.get('params') as PyTorchValue[])
  const stored: Record<string, StoredTensor> = {}
  const steps = order.map((id, i) => {
    const one = state.get(id)
    if (!(one instanceof Map) || one.size === 0) return 0
    for (const [own, name] of Object.entries(slots)) {
      const slot = one.get(name)
      if (slot != null) stored[`${i}.${own}`] = tensorIn(slot, `${name} of parameter ${i}`)
    }
    if ('m' in slots) return countOf(one.get('step'), i)
    return one.get('momentum_buffer') == null ? 0 : 1
  })
  const now = lo.stateDict()
  dispose(now.tensors)
  const numbers = (name: string) => groups.map(group => group.get(name) as number)
  const [momentum, beta] =
    lo.beta === undefined ? numbers('momentum') : (groups[0]!.get('betas') as [number, number])
  const lrs = numbers('lr')
  const values = {
    ...now.values,
    lrs,
    baseLrs: lrs,
    wds: numbers('weight_decay'),
    momentum: momentum!,
    ...(lo.beta !== undefined && { beta: beta! }),
    steps,
  }
  const theirs = tensorsOf('the state of the PyTorch optimizer', stored)
  let tensors: Record<string, Tensor> = {}
  try {
    tensors = tidy(() =>
      Object.fromEntries(
        Object.entries(theirs).map(([name, slot]) => [
          name,
          oursOf(parameters[Number.parseInt(name, 10)]!, slot, name),
        ]),
      ),
    )
    lo.loadStateDict({ tensors, values })
  } finally {
    dispose([theirs, tensors])
  }
}

/** A slot of another rank cannot be transposed; its shape is compared afterwards. */
function oursOf(parameter: Parameters<typeof fromTorch>[0], slot: Tensor, name: string): Tensor {
  if (slot.rank === parameter.shape.length) return fromTorch(parameter, slot)
  throw mismatch(
    `${name} has ${slot.rank} axes, and its parameter ${parameter.shape.length}`,
    'the same parameters in the same order',
  )
}

/** A file of ours as PyTorch's would be read. */
async function asPyTorchs(file: FileInput | PyTorchValue): Promise<PyTorchValue> {
  if (file instanceof Map) return file
  const isOurs = file instanceof Uint8Array && file[8] === 0x7b
  if (!isOurs) return readPyTorch(file as FileInput)
  const { tensors, metadata } = decodeSafetensors(file)
  const state: Dict = new Map()
  for (const [name, tensor] of Object.entries(tensors)) {
    const [, index, slot] = name.split('.')
    const one = (state.get(Number(index)) as Dict | undefined) ?? new Map()
    state.set(Number(index), one.set(slot!, tensor))
  }
  const groups = JSON.parse(metadata.param_groups ?? '[]') as Record<string, PyTorchValue>[]
  return new Map<PyTorchValue, PyTorchValue>([
    ['state', state],
    ['param_groups', groups.map(group => new Map(Object.entries(group)))],
  ])
}

function optimizerIn(value: PyTorchValue): { state: Dict; groups: Map<string, PyTorchValue>[] } {
  const found = [
    value,
    ...['optimizer', 'optimizer_state_dict'].map(key => value instanceof Map && value.get(key)),
  ].find(one => one instanceof Map && one.has('state') && one.has('param_groups'))
  const [state, groups] =
    found instanceof Map ? [found.get('state'), found.get('param_groups')] : []
  const isWhole =
    state instanceof Map &&
    Array.isArray(groups) &&
    groups.every(group => group instanceof Map && Array.isArray(group.get('params')))
  if (isWhole) return { state, groups: groups as Map<string, PyTorchValue>[] }
  throw mismatch(
    'the file holds no state of an optimizer',
    'optimizer.state_dict() of PyTorch, alone or under "optimizer" in a checkpoint',
  )
}

function requireGroups(lo: LayerOptimizer, groups: readonly Map<string, PyTorchValue>[]): void {
  const theirs = groups.map(group => (group.get('params') as PyTorchValue[]).length)
  const ours = lo.groups.map(group => group.length)
  if (theirs.join() !== ours.join()) {
    throw mismatch(
      `the PyTorch optimizer has groups of ${theirs.join(', ')} parameters`,
      `${ours.join(', ')}, as this one`,
    )
  }
  const hyper = lo.beta === undefined ? 'momentum' : 'betas'
  for (const group of groups) {
    const on = LACKING.filter(name => group.get(name))
    if (on.length > 0) {
      throw mismatch(
        `the PyTorch optimizer has ${on.join(', ')}`,
        `a rule that ${lo.opt.name} knows`,
      )
    }
    if (group.get(hyper) === undefined) {
      throw mismatch(
        `the PyTorch optimizer has no ${hyper}: it is of another rule`,
        `the state of ${lo.opt.name}`,
      )
    }
  }
  const shown = groups.map(group => JSON.stringify(group.get(hyper)))
  if (new Set(shown).size > 1) {
    throw mismatch(`its groups have the ${hyper} ${shown.join(' and ')}`, 'one for all groups')
  }
}

const isTensor = (value: PyTorchValue | undefined): value is PyTorchTensor =>
  typeof value === 'object' && value !== null && 'dtype' in value

function tensorIn(value: PyTorchValue, what: string): PyTorchTensor {
  if (isTensor(value)) return value
  throw mismatch(`${what} is ${showValue(value)}`, 'a tensor')
}

/** PyTorch counts in tensors, and in numbers before 1.12. */
function countOf(step: PyTorchValue | undefined, i: number): number {
  const count = Number(isTensor(step) ? step.data[0] : step)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw mismatch(`parameter ${i} has had ${String(count)} updates`, 'a whole number above 0')
}

const mismatch = (problem: string, expected: string): DlError =>
  new DlError('state-mismatch', { problem, expected })
