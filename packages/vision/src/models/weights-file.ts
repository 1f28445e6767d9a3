/** State dicts out of files: PyTorch's own or safetensors, on the disk or on a server. */
import { DlError } from '@dl/core'
import {
  decodePyTorch,
  decodeTensors,
  downloadBytes,
  loadTensors,
  type PyTorchTensor,
  type PyTorchValue,
  type RemoteFile,
  readPyTorch,
  tensorsOf,
} from '@dl/data'
import type { Tensor } from '@tensorflow/tfjs-core'

const PYTORCH = /\.(pt|pth|th)$/

/** @returns tensors by name in PyTorch's layout, yours to dispose */
export async function stateOfFile(file: string | RemoteFile): Promise<Record<string, Tensor>> {
  if (typeof file === 'string') {
    if (!PYTORCH.test(file)) return (await loadTensors(file)).tensors
    return tensorsIn(await readPyTorch(file), file)
  }
  const { bytes, path } = await downloadBytes(file)
  return PYTORCH.test(file.name)
    ? tensorsIn(decodePyTorch(bytes, path), path)
    : decodeTensors(bytes, path).tensors
}

function tensorsIn(value: PyTorchValue, name: string): Record<string, Tensor> {
  const entries = value instanceof Map ? [...value] : []
  if (entries.length > 0 && entries.every(([, one]) => isTensor(one))) {
    return tensorsOf(name, Object.fromEntries(entries) as Record<string, PyTorchTensor>)
  }
  throw new DlError('bad-state', {
    problem: `${name} holds ${
      entries
        .map(([key]) => key)
        .slice(0, 4)
        .join(', ') || 'no dict'
    }`,
    expected: 'a state dict, tensors by name',
    fix: 'In Python: torch.save(model.state_dict(), "net.pth").',
  })
}

const isTensor = (value: PyTorchValue): value is PyTorchTensor =>
  typeof value === 'object' && value !== null && 'dtype' in value
