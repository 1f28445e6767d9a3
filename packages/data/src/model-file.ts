/**
 * A trained model and what a program needs beside its weights to use it, in one safetensors file:
 * the weights are its tensors, everything else is JSON in its metadata. Nothing in it is ever run.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { requireRecord, requireText } from './check'
import { files } from './files/index'
import { type FileInput, readInput } from './files/input'
import { decodeSafetensors } from './safetensors/decode'
import { encodeSafetensors } from './safetensors/encode'
import { storedOf, tensorsOf } from './safetensors/tensors'

const FORMAT = '@dl/model'
const VERSION = '1'

/** What is in the file. */
export interface ModelFile {
  /** What kind of model it is: 'image-classifier', 'language-model'. */
  kind: string
  /** What belongs to the weights, each plain JSON: recipe, classes, vocabulary. */
  parts: Readonly<Record<string, unknown>>
  /** The model's `stateDict()`. */
  tensors: Readonly<Record<string, Tensor>>
}

/**
 * The bytes of a model file. The tensors stay yours.
 *
 * @throws DlError `not-storable` for a part that JSON would change: a function, NaN, an object of a
 *   class
 *
 * @example
 * ```ts
 * import { encodeModelFile, readModelFile } from '@dl/data'
 * import { tensor1d } from '@tensorflow/tfjs-core'
 *
 * const weight = tensor1d([1, 2])
 * const parts = { classes: ['cat', 'dog'] }
 * const bytes = await encodeModelFile({ kind: 'image-classifier', parts, tensors: { weight } })
 * const read = await readModelFile(bytes, { kind: 'image-classifier', parts: ['classes'] })
 * read.parts.classes // → cat,dog
 * for (const tensor of [weight, ...Object.values(read.tensors)]) tensor.dispose()
 * ```
 */
export async function encodeModelFile(file: ModelFile): Promise<Uint8Array> {
  const names = ['kind', 'parts', 'tensors'] as const
  const { kind, parts, tensors } = checkOptions('encodeModelFile', file, names)
  requireText('kind', kind)
  requireRecord('parts', parts, 'parts')
  const entries = Object.entries(parts).map(([name, part]) => {
    requireJson(name, part)
    return [name, JSON.stringify(part)] as const
  })
  const metadata = { format: FORMAT, version: VERSION, kind, ...Object.fromEntries(entries) }
  return encodeSafetensors(await storedOf(tensors), metadata)
}

/** {@link encodeModelFile} to a file, all or nothing. */
export async function saveModelFile(path: string, file: ModelFile): Promise<void> {
  await files.writeAtomic(path, await encodeModelFile(file))
}

/** What a file must be to be of use. */
export interface WantedParts {
  kind: string
  /** Names of the parts that must be there. */
  parts: readonly string[]
}

/**
 * Reads a model file. The tensors are yours to dispose.
 *
 * @param input a path, a URL, a Blob or the bytes
 * @throws DlError `bad-model-file` for a file of another kind, format or version, or without one of
 *   the parts; `bad-safetensors`, `not-found`, `read-failed`
 */
export async function readModelFile(input: FileInput, wanted: WantedParts): Promise<ModelFile> {
  checkOptions('readModelFile', wanted, ['kind', 'parts'])
  requireText('kind', wanted.kind)
  if (!Array.isArray(wanted.parts)) {
    throw new DlError('bad-option', {
      problem: `parts is ${showValue(wanted.parts)}`,
      expected: 'an array of names',
    })
  }
  for (const part of wanted.parts) requireText('a name of parts', part)
  const { bytes, name } = await readInput(input, 'an exported model')
  const { tensors, metadata } = decodeSafetensors(bytes, name)
  const { format, version, kind, ...texts } = metadata
  if (format !== FORMAT) {
    throw unfit(
      name,
      'is a safetensors file, but no exported model',
      'one that export wrote',
      'Weights alone are loaded into a model that you build: model.loadStateDict((await loadTensors(path)).tensors).',
    )
  }
  if (version !== VERSION) {
    throw unfit(
      name,
      `has version ${version} of the format`,
      `version ${VERSION}, the one this program knows`,
      'Bring the packages of @dl to the version that wrote it, or export it anew.',
    )
  }
  if (kind !== wanted.kind) {
    throw unfit(name, `holds a model of the kind ${kind}`, `one of the kind ${wanted.kind}`)
  }
  const parts = Object.fromEntries(
    Object.entries(texts).map(([part, text]) => [part, parsed(name, part, text)]),
  )
  const missing = wanted.parts.filter(part => !Object.hasOwn(parts, part))
  if (missing.length > 0) {
    throw unfit(
      name,
      `has no ${missing.join(', no ')}`,
      `${wanted.parts.join(', ')} beside the weights`,
    )
  }
  return { kind, parts, tensors: tensorsOf(name, tensors) }
}

function parsed(name: string, part: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unfit(
      name,
      `has a damaged ${part} (${(cause as Error).message})`,
      'JSON',
      undefined,
      cause,
    )
  }
}

const unfit = (
  name: string,
  problem: string,
  expected: string,
  fix = 'Export it anew.',
  cause?: unknown,
): DlError => new DlError('bad-model-file', { problem: `${name} ${problem}`, expected, fix, cause })

/** Complains about what would come back from JSON as something else. */
function requireJson(path: string, value: unknown): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      requireJson(`${path}[${i}]`, item)
    })
    return
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of Object.entries(value)) {
      // left out by JSON, and as good as missing for whoever reads it
      if (item !== undefined) requireJson(`${path}.${key}`, item)
    }
    return
  }
  throw new DlError('not-storable', {
    problem: `${path} is ${typeof value === 'object' ? `a ${value.constructor?.name}` : typeof value === 'function' ? 'a function' : String(value)}`,
    expected: 'plain JSON: texts, finite numbers, booleans, null, arrays and records of them',
  })
}
