/** The names that PyTorch's files may import here, and what they do. All others are refused. */
import { DlError } from '@dl/core'
import { isCounts } from '../safetensors/format'
import { dtypeOf, storageDtype } from './dtypes'
import { corrupt, unsupported } from './errors'
import type { Storages } from './storages'
import type { Environment } from './unpickle'

const ORDERED_DICT = 'collections.OrderedDict'
const SIZE = 'torch.Size'
const DEVICE = 'torch.device'
const REBUILD = 'torch._utils._rebuild_'

/** @param most items that dicts may be made of: no more than the file has bytes */
export function environmentOf(storages: Storages, most: number): Environment {
  let left = most

  /** From pairs, as Python 2 wrote them; else empty, and items follow. */
  function orderedDict(pairs: unknown = []): Map<unknown, unknown> {
    if (!Array.isArray(pairs)) throw corrupt('a dict is made of what is no list')
    left -= pairs.length
    if (left < 0) throw corrupt('it makes more of its lists than it has bytes')
    if (!pairs.every(pair => Array.isArray(pair) && pair.length === 2)) {
      throw corrupt('a dict is made of what are no pairs')
    }
    return new Map(pairs as [unknown, unknown][])
  }

  const calls: Record<string, (...args: unknown[]) => unknown> = {
    [ORDERED_DICT]: orderedDict,
    [SIZE]: (sizes = []) => sizes,
    [DEVICE]: (...parts) => parts.join(':'),
    [`${REBUILD}tensor`]: (of, offset, shape, strides) =>
      storages.window(of, offset, shape, strides),
    [`${REBUILD}tensor_v2`]: (of, offset, shape, strides) =>
      storages.window(of, offset, shape, strides),
    [`${REBUILD}tensor_v3`](of, offset, shape, strides, _requiresGrad, _hooks, type) {
      const dtype = dtypeOf(type)
      if (!dtype) throw corrupt('a tensor has no type')
      return storages.window(of, offset, shape, strides, dtype)
    },
    [`${REBUILD}parameter`]: data => data,
    [`${REBUILD}parameter_with_state`]: data => data,
  }

  return {
    global(module, name) {
      const full = `${module}.${name}`
      if (Object.hasOwn(calls, full) || storageDtype(full) || dtypeOf(full)) return full
      throw refused(full)
    },

    call(callee, args) {
      if (typeof callee !== 'string' || !Object.hasOwn(calls, callee)) {
        throw corrupt('its pickle calls what is no function')
      }
      return calls[callee]!(...args)
    },

    persistent(id) {
      const [kind, type, key, , length, view] = Array.isArray(id) ? (id as unknown[]) : []
      const dtype = storageDtype(type)
      if (kind !== 'storage' || !dtype || typeof key !== 'string' || !isCounts([length])) {
        throw corrupt('its pickle refers to what is no storage')
      }
      const whole = length as number
      if (view == null) return storages.whole(key, dtype, whole)
      const [, begin, size] = Array.isArray(view) ? (view as unknown[]) : []
      if (!isCounts([begin, size]))
        throw corrupt('its pickle refers to what is no part of a storage')
      return storages.whole(key, dtype, whole, { begin: begin as number, length: size as number })
    },
  }
}

/** Names of element types that PyTorch has and we cannot hold. */
const FOREIGN_TYPE =
  /^torch\.(?:\w*(?:complex|quint|qint)\w*|\w*(?:Complex|Quint|Qint|QInt|QUint)\w*Storage)$/i

function refused(name: string): DlError {
  if (FOREIGN_TYPE.test(name)) {
    return unsupported(
      `it has tensors of the type ${name}, which no typed array holds`,
      undefined,
      'Convert them in Python: torch.view_as_real(tensor), or tensor.dequantize().',
    )
  }
  return new DlError('refused-name', {
    problem: `its pickle imports ${shown(name)}, and nothing of a file is run here`,
    expected: 'tensors, parameters, dicts, lists and plain values',
    fix: /^numpy\b/.test(name)
      ? 'Convert its NumPy values in Python, by float(value) or torch.from_numpy(array), and save it again.'
      : 'Save the weights alone in Python: torch.save(model.state_dict(), "weights.pt").',
  })
}

const shown = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}…` : name)
