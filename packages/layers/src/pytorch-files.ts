/** Weights from PyTorch's own files, and back in a form that PyTorch loads without complaint. */
import { checkOptions, DlError, isBuffer, isParameter, showValue } from '@dl/core'
import {
  decodePyTorch,
  decodeSafetensors,
  encodeSafetensors,
  type FileInput,
  type PyTorchTensor,
  type PyTorchValue,
  readInput,
  type StoredTensor,
  storedOf,
  tensorsOf,
} from '@dl/data'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import type { AnyModule } from './module'
import type { LoadOptions, LoadReport } from './state-dict'
import { type Stored, toTorch } from './torch-layout'
import { walkAllPaths } from './walk'

export interface PyTorchLoadOptions extends LoadOptions {
  /**
   * The model's name for a name of the file, or null to leave it out:
   * `name => name.replace(/^backbone\./, '')` (default: the same name).
   */
  rename?: (name: string) => string | null
}

/** What checkpoints call the state dict, where they hold other things besides. */
const KEYS = ['state_dict', 'model_state_dict', 'model']

/** PyTorch's batch norms have a counter of batches, which ours keep only where it is used. */
const COUNTED = /(^|\.)running_mean$/

/**
 * Loads a `.pt`, `.pth` or `.th` file into `model`, a state dict or a checkpoint that holds one, or a
 * safetensors file with PyTorch's names. Values
 * are brought to our layout (convolutions, linear and recurrent layers differ) and to float32; of F64
 * they are rounded. Nothing in the file is run, see `decodePyTorch`.
 *
 * @param file a path, a URL, a Blob, the bytes, or what `readPyTorch` made of it
 * @throws DlError `state-mismatch` with all missing, unexpected and wrong-shaped names; the model is
 *   unchanged then. `bad-state` where there is no state dict or more than one
 *
 * @example
 * ```ts
 * import { Linear, loadPyTorchStateDict } from '@dl/layers'
 *
 * // what readPyTorch gives for torch.save(nn.DataParallel(nn.Linear(2, 1)).state_dict(), …)
 * const saved = new Map([
 *   ['module.weight', { dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, 2) } as const],
 *   ['module.bias', { dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) } as const],
 * ])
 * const layer = new Linear(2, 1)
 * await loadPyTorchStateDict(layer, saved, { rename: name => name.replace(/^module\./, '') })
 * await layer.weight.value.data() // → 1,2
 * layer.dispose()
 * ```
 */
export async function loadPyTorchStateDict(
  model: AnyModule,
  file: FileInput | PyTorchValue,
  options: PyTorchLoadOptions = {},
): Promise<LoadReport> {
  const known = ['rename', 'strict', 'prefix'] as const
  const { rename, ...rest } = checkOptions('loadPyTorchStateDict', options, known)
  const value = file instanceof Map ? file : await saved(file as FileInput)
  const state = renamed(stateDictIn(value), rename)
  const tensors = tensorsOf('the PyTorch file', state)
  try {
    return model.loadStateDict(tensors, rest)
  } finally {
    dispose(tensors)
  }
}

/** Of either format; a safetensors file begins with the length of its header, then the header. */
async function saved(file: FileInput): Promise<PyTorchValue> {
  const { bytes, name } = await readInput(file, 'a PyTorch file')
  if (bytes[8] !== 0x7b) return decodePyTorch(bytes, name)
  return new Map(Object.entries(decodeSafetensors(bytes, name).tensors))
}

/**
 * The bytes of a safetensors file from which PyTorch's module of the same names loads with
 * `strict=True`: counters of batch norms are there, and tied weights under each of their names.
 *
 * ```python
 * model.load_state_dict(safetensors.torch.load_file("model.safetensors"))
 * ```
 *
 * @example
 * ```ts
 * import { decodeSafetensors } from '@dl/data'
 * import { BatchNorm1d, Linear, Sequential, toPyTorchStateDict } from '@dl/layers'
 *
 * const model = new Sequential(new Linear(4, 3), new BatchNorm1d(3))
 * const { tensors } = decodeSafetensors(await toPyTorchStateDict(model))
 * tensors['0.weight']?.shape // → 3,4
 * tensors['1.num_batches_tracked']?.dtype // → I64
 * model.dispose()
 * ```
 */
export async function toPyTorchStateDict(model: AnyModule): Promise<Uint8Array> {
  const parts = [...walkAllPaths(model)].filter(
    (entry): entry is [string, Stored] =>
      isParameter(entry[1]) || (isBuffer(entry[1]) && entry[1].persistent),
  )
  const state = Object.fromEntries(parts.map(([name, part]) => [name, toTorch(part)]))
  const stored = await readAndDispose(state)
  for (const name of Object.keys(stored).filter(name => COUNTED.test(name))) {
    const counter = name.replace(/running_mean$/, 'num_batches_tracked')
    const count = BigInt(stored[counter]?.data[0] ?? 0)
    stored[counter] = { dtype: 'I64', shape: [], data: BigInt64Array.of(count) }
  }
  // Python's readers ask for the first
  return encodeSafetensors(stored, { format: 'pt' })
}

async function readAndDispose(
  tensors: Record<string, Tensor>,
): Promise<Record<string, StoredTensor>> {
  try {
    return await storedOf(tensors)
  } finally {
    dispose(tensors)
  }
}

const isTensor = (value: PyTorchValue): value is PyTorchTensor =>
  typeof value === 'object' && value !== null && 'dtype' in value

const isStateDict = (value: PyTorchValue | undefined): value is Map<string, PyTorchValue> =>
  value instanceof Map && [...value.values()].some(isTensor)

/** The state dict that a file is, or the one in it. */
function stateDictIn(value: PyTorchValue): Map<string, PyTorchValue> {
  if (isStateDict(value)) return value
  const entries = value instanceof Map ? [...value] : []
  const found = entries.filter(([, one]) => isStateDict(one))
  const usual = KEYS.flatMap(key => found.filter(([name]) => name === key))
  const chosen = found.length === 1 ? found[0] : usual[0]
  if (chosen) return chosen[1] as Map<string, PyTorchValue>
  const names = (found.length > 0 ? found : entries).map(([name]) => showValue(name)).slice(0, 12)
  throw new DlError('bad-state', {
    problem:
      value instanceof Map
        ? `the file holds ${names.join(', ') || 'an empty dict'}, ${found.length} of them state dicts`
        : `the file holds ${Array.isArray(value) ? 'a list' : showValue(value)}`,
    expected: 'a state dict, or a checkpoint with one',
    fix: 'Read it by readPyTorch(file), and give the one that is meant: loadPyTorchStateDict(model, saved.get(name)).',
  })
}

function renamed(
  state: Map<string, PyTorchValue>,
  rename: PyTorchLoadOptions['rename'] = name => name,
): Record<string, StoredTensor> {
  const result = new Map<string, StoredTensor>()
  for (const [name, value] of state) {
    const own = rename(name)
    if (own === null) continue
    if (typeof own !== 'string' || result.has(own)) {
      throw new DlError('bad-option', {
        problem: `rename gave ${showValue(own)} for ${name}${result.has(own) ? ', and for another name before' : ''}`,
        expected: 'a name for each, or null to leave it out',
      })
    }
    if (!isTensor(value)) {
      throw new DlError('bad-state', {
        problem: `${showValue(name)} in the state dict is ${showValue(value)}`,
        expected: 'tensors only',
        fix: 'Leave it out: rename: name => (name === … ? null : name).',
      })
    }
    result.set(own, value)
  }
  return Object.fromEntries(result)
}
