/**
 * A checkpoint as bytes: one safetensors file, so that any tool reads its weights. Its metadata holds
 * a SHA-256 sum over the whole file with the sum's own place zeroed: a cut file and a flipped bit
 * anywhere, header and padding included, are found.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import {
  decodeSafetensors,
  encodeSafetensors,
  files,
  type StoredTensor,
  storedOf,
  tensorsOf,
} from '@dl/data'
import { badOption } from '../bad-option'
import { checkMetadata, checkText } from '../checks'
import type { RunState } from '../protocol'
import { packValues, unpackValues } from './values'

const FORMAT = '@dl/checkpoint'
const VERSION = '1'

/** Names of what is not a tensor of the run; theirs begin with `model.`, `optimizer.` and the like. */
const VALUES = 'values'
const LIST = 'values.'

const DIGITS = 64
const NO_SUM = '0'.repeat(DIGITS)

/**
 * The bytes of a checkpoint; the tensors stay yours. The same state gives the same bytes, in Node and
 * in a page.
 *
 * @param metadata texts for whoever looks at the file
 * @throws DlError `not-storable` for a value that would come back as something else
 *
 * @example
 * ```ts
 * import { decodeCheckpoint, encodeCheckpoint } from '@dl/callbacks'
 *
 * const bytes = await encodeCheckpoint({ tensors: {}, values: { best: Number.NaN } }, { step: '12' })
 * const { state, metadata } = await decodeCheckpoint(bytes)
 * state.values.best // → NaN
 * metadata.step // → 12
 * ```
 */
export async function encodeCheckpoint(
  state: RunState,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  checkOptions('encodeCheckpoint', state, ['tensors', 'values'])
  checkMetadata('encodeCheckpoint', metadata)
  const { text, lists } = packValues(state.values)
  const json = new TextEncoder().encode(text)
  const numbers = lists.map((data, i): [string, StoredTensor] => [
    `${LIST}${i}`,
    { dtype: 'F64', shape: [data.length], data },
  ])
  const stored: Record<string, StoredTensor> = {
    ...(await storedOf(state.tensors)),
    ...Object.fromEntries(numbers),
    [VALUES]: { dtype: 'U8', shape: [json.length], data: json },
  }
  const bytes = encodeSafetensors(stored, {
    ...metadata,
    format: FORMAT,
    version: VERSION,
    checksum: NO_SUM,
  })
  const at = placeOf(bytes, NO_SUM)
  bytes.set(new TextEncoder().encode(await sumAround(bytes, at)), at)
  return bytes
}

export interface DecodedCheckpoint {
  /** The tensors are yours to dispose. */
  state: RunState
  metadata: Record<string, string>
}

/**
 * What {@link encodeCheckpoint} gave, once its sum is right.
 *
 * @param name what errors call the file
 * @throws DlError `damaged-checkpoint` for bytes that are not all as they were written;
 *   `bad-checkpoint` for another format or version
 */
export async function decodeCheckpoint(
  bytes: Uint8Array,
  name = 'the file',
): Promise<DecodedCheckpoint> {
  const { tensors, metadata } = await verified(bytes, name)
  const { [VALUES]: json, ...others } = tensors
  const lists: Float64Array<ArrayBuffer>[] = []
  const ofRun: Record<string, StoredTensor> = {}
  for (const [key, one] of Object.entries(others)) {
    if (key.startsWith(LIST))
      lists[Number(key.slice(LIST.length))] = one.data as Float64Array<ArrayBuffer>
    else ofRun[key] = one
  }
  const text = new TextDecoder().decode(json!.data as Uint8Array)
  const values = unpackValues({ text, lists })
  return { state: { tensors: tensorsOf(name, ofRun), values }, metadata }
}

/**
 * The metadata of a checkpoint, once its sum is right; no tensor is made.
 *
 * @param name what errors call the file
 * @throws DlError as {@link decodeCheckpoint}
 */
export async function verifyCheckpoint(
  bytes: Uint8Array,
  name = 'the file',
): Promise<Record<string, string>> {
  return (await verified(bytes, name)).metadata
}

async function verified(bytes: Uint8Array, name: string) {
  checkText('decodeCheckpoint', 'the name', name)
  if (!(bytes instanceof Uint8Array)) {
    badOption('decodeCheckpoint', `bytes are ${showValue(bytes)}`, 'a Uint8Array')
  }
  const file = decoded(bytes, name)
  const { format, version, checksum } = file.metadata
  const isOurs = format === FORMAT || checksum !== undefined
  if (!isOurs) {
    throw new DlError('bad-checkpoint', {
      problem: `${name} is a safetensors file, but no checkpoint`,
      expected: 'one that checkpoint() wrote',
      fix: 'Weights alone are loaded into a model: model.loadStateDict((await loadTensors(path)).tensors).',
    })
  }
  const at = checksum?.length === DIGITS ? placeOf(bytes, checksum) : -1
  if (at < 0 || (await sumAround(bytes, at)) !== checksum) {
    throw damaged(name, `its ${bytes.length} bytes have not the sum that was written`)
  }
  if (format === FORMAT && version === VERSION) return file
  throw new DlError('bad-checkpoint', {
    problem: `${name} has version ${version} of the format ${format}`,
    expected: `version ${VERSION} of ${FORMAT}, the one this program knows`,
    fix: 'Go on with the packages of @dl that wrote it.',
  })
}

function decoded(bytes: Uint8Array, name: string) {
  try {
    return decodeSafetensors(bytes, name)
  } catch (cause) {
    throw damaged(name, (cause as Error).message.replace(/\.$/, ''), cause)
  }
}

const damaged = (name: string, why: string, cause?: unknown): DlError =>
  new DlError('damaged-checkpoint', {
    problem: `the checkpoint ${name} is damaged: ${why}`,
    expected: 'a whole file',
    fix: 'Go on from the one before: resume: { path, skipDamaged: true }, or name another file.',
    cause,
  })

/** Where in the header a sum stands. */
function placeOf(bytes: Uint8Array, sum: string): number {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  // one character a byte, whatever the bytes are
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 8 + length))
  const at = header.indexOf(`"checksum":"${sum}"`)
  return at < 0 ? -1 : at + '"checksum":"'.length
}

/** The sum of all bytes, those of the sum itself taken as zeros. */
async function sumAround(bytes: Uint8Array, at: number): Promise<string> {
  const sum = files.sha256()
  sum.update(bytes.subarray(0, at))
  sum.update(new TextEncoder().encode(NO_SUM))
  sum.update(bytes.subarray(at + DIGITS))
  return sum.digest()
}
