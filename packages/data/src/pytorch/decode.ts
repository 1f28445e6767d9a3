/** The bytes of a PyTorch file, of either form, to plain values and typed arrays. */
import { requireBytes, requireText } from '../check'
import { fileKind } from '../file-kind'
import { type FileInput, readInput } from '../files/input'
import { widthOf } from '../safetensors/format'
import { Cursor } from './cursor'
import { environmentOf } from './environment'
import { corrupt, named, unsupported } from './errors'
import { Storages } from './storages'
import { unpickle } from './unpickle'
import type { PyTorchValue } from './value'
import { openZip } from './zip'

/** The first value of the older form. */
const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001

/**
 * Reads what `torch.save` wrote: `.pt`, `.pth` or `.th`, as a zip archive (since PyTorch 1.6) or as the
 * older stream. Nothing in the file is run: of what a pickle may import, it knows tensors, parameters,
 * OrderedDict, torch.Size and types, and refuses every other name. Checksums, sizes and what tensors
 * claim to be are compared with the file before anything of that size is made.
 *
 * Elements keep their type and may share the memory of `bytes`; tensors that share a storage share
 * memory, too, unless their strides ask for a copy. What a dict holds is found by `get`; gradients'
 * flags, hooks and devices are left out.
 *
 * @param name what errors call the file
 * @throws DlError `refused-name` which names what else the file wants; `bad-pytorch-file` for damage;
 *   `unsupported-pytorch-file` for TorchScript, big endian, compressed entries, complex or quantized
 *   tensors, and views that claim many times the file's size
 *
 * @example
 * ```ts
 * import { readPyTorch } from '@dl/data'
 *
 * // torch.save({'epoch': 3, 'w': torch.tensor([1.0, 2.0])}, …), in the older form
 * const text = `
 *   gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9l
 *   bmRpYW5xAohYCgAAAHR5cGVfc2l6ZXNxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EH
 *   SwR1dS6AAn1xAChYBQAAAGVwb2NocQFLA1gBAAAAd3ECY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3JfdjIK
 *   cQMoKFgHAAAAc3RvcmFnZXEEY3RvcmNoCkZsb2F0U3RvcmFnZQpxBVgOAAAAOTQ3NTEzMzk5NjMxMjBxBlgDAAAA
 *   Y3B1cQdLAk50cQhRSwBLAoVxCUsBhXEKiWNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxCylScQx0cQ1ScQ51LoAC
 *   XXEAWA4AAAA5NDc1MTMzOTk2MzEyMHEBYS4CAAAAAAAAAAAAgD8AAABA
 * `
 * const bytes = Uint8Array.from(atob(text.trim()), letter => letter.charCodeAt(0))
 * const saved = await readPyTorch(bytes)
 * saved instanceof Map && saved.get('epoch') // → 3
 * ```
 */
export function decodePyTorch(bytes: Uint8Array, name = 'the file'): PyTorchValue {
  requireText('the name of the file', name)
  requireBytes(name, bytes)
  return named(name, () => {
    const kind = fileKind(bytes)
    if (kind?.kind === 'zip') return fromZip(bytes)
    if (kind?.kind === 'pickle') return fromStream(bytes)
    throw foreign(bytes, kind?.name, kind?.fix)
  })
}

/**
 * {@link decodePyTorch} of a file.
 *
 * @param input a path, a URL, a Blob or the bytes
 * @throws DlError as there, and `not-found`, `read-failed`
 */
export async function readPyTorch(input: FileInput): Promise<PyTorchValue> {
  const { bytes, name } = await readInput(input, 'a PyTorch file')
  return decodePyTorch(bytes, name)
}

function fromZip(bytes: Uint8Array): PyTorchValue {
  const archive = openZip(bytes)
  const pickles = [...archive.keys()].filter(name => /(^|\/)data\.pkl$/.test(name))
  const [path] = pickles
  if (path === undefined || pickles.length > 1) {
    throw unsupported(
      `it is a zip archive with ${pickles.length} entries data.pkl`,
      'one, as torch.save writes it',
    )
  }
  const root = path.slice(0, -'data.pkl'.length)
  if (archive.has(`${root}constants.pkl`)) {
    throw unsupported(
      'it is a TorchScript archive, a program with its weights',
      undefined,
      'Save its weights in Python: torch.save(torch.jit.load("model.pt").state_dict(), "weights.pt").',
    )
  }
  const order = archive.get(`${root}byteorder`)?.()
  if (order && new TextDecoder().decode(order).trim() !== 'little') throw bigEndian()
  const storages = new Storages(bytes.length)
  const environment = environmentOf(storages, bytes.length)
  const value = unpickle(new Cursor(archive.get(path)!()), environment)
  for (const storage of storages.all) {
    const entry = archive.get(`${root}data/${storage.key}`)
    if (!entry) throw corrupt(`it has no entry data/${storage.key}`)
    storages.give(storage, entry())
  }
  storages.fill()
  return value as PyTorchValue
}

function fromStream(bytes: Uint8Array): PyTorchValue {
  const cursor = new Cursor(bytes)
  const storages = new Storages(bytes.length)
  const environment = environmentOf(storages, bytes.length)
  const next = () => unpickle(cursor, environment)
  if (next() !== MAGIC) {
    throw unsupported(
      'it is a pickle that torch.save did not write',
      undefined,
      'Save it by torch.save in Python.',
    )
  }
  const protocol = next()
  if (protocol !== PROTOCOL) throw unsupported(`it has protocol ${String(protocol)}`, `${PROTOCOL}`)
  const system = next()
  if (system instanceof Map && system.get('little_endian') === false) throw bigEndian()
  const value = next()
  const keys = next()
  if (!Array.isArray(keys)) throw corrupt('it has no list of its storages')
  const byKey = new Map([...storages.all].map(storage => [storage.key, storage]))
  for (const key of keys as unknown[]) {
    const storage = byKey.get(key as string)
    if (!storage) throw corrupt('it lists a storage that no tensor has')
    if (cursor.u64() !== storage.length) throw corrupt(`its storage ${storage.key} has two lengths`)
    storages.give(storage, cursor.take(storage.length * widthOf(storage.dtype)))
  }
  storages.fill()
  return value as PyTorchValue
}

const bigEndian = () =>
  unsupported(
    'it was written on a machine whose numbers begin with the large end',
    undefined,
    'Load it in Python and save it again on another machine.',
  )

function foreign(bytes: Uint8Array, kind: string | undefined, fix: string | undefined) {
  if (bytes.length === 0) return corrupt('it is empty')
  // a safetensors file begins with the length of its header
  if (bytes[8] === 0x7b) {
    return unsupported(
      'it seems to be a safetensors file',
      undefined,
      'Read it by loadTensors(path).',
    )
  }
  const tar = kind === 'a tar archive'
  return unsupported(
    kind ? `it is ${kind}` : 'it is no PyTorch file',
    'a zip archive or a stream of pickles, as torch.save writes them',
    tar ? 'Versions before 0.1.10 wrote it: load it in Python and save it again.' : fix,
  )
}
