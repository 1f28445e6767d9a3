/** Safetensors files. */
import { files } from '../files/index'
import { decodeSafetensors } from './decode'
import { encodeSafetensors } from './encode'
import type { StoredTensor, StoredTensors } from './format'

/** Writes a safetensors file, all or nothing. */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await files.writeAtomic(path, encodeSafetensors(tensors, metadata))
}

/** Reads a safetensors file into typed arrays; {@link loadTensors} makes tensors. */
export async function readSafetensors(path: string): Promise<StoredTensors> {
  return decodeSafetensors(await files.readBytes(path), path)
}
