/** What may stand in the page's address: `?cell=lstm&hidden=64&epochs=7&start`. */
import { DlError } from '@dl/core'

/** Numbers, with the range that makes sense. */
const NUMBERS = {
  hidden: [1, 2048],
  epochs: [1, 1023],
  batches: [1, 1e6],
  letters: [1, 1e5],
} as const

const CHOICES = {
  backend: ['wasm', 'webgl', 'webgpu'],
  cell: ['gru', 'lstm', 'rnn'],
  source: ['sonnets', 'file', 'url'],
} as const

const FREE = ['url', 'start', 'resume']

export interface Parameters {
  backend: (typeof CHOICES)['backend'][number]
  /** Batches of an epoch at most, for a quick try. */
  batches: number | null
  /** How many letters it writes in the end. */
  letters: number
  start: boolean
  /** Whether to go on with the run that was interrupted. */
  resume: boolean
  /** What the form's fields are to hold. */
  fields: Record<string, string>
}

/** Reads the address; what is missing has its default, what is wrong is an error in words. */
export function readParameters(asked: URLSearchParams): Parameters {
  const names = [...Object.keys(NUMBERS), ...Object.keys(CHOICES), ...FREE]
  const values: Record<string, string> = {}
  for (const [name, value] of asked) {
    if (!names.includes(name)) throw wrong(`${name} in the address`, `one of ${names.join(', ')}`)
    values[name] = value
  }
  for (const [name, [least, most]] of Object.entries(NUMBERS)) {
    const number = Number(values[name] ?? least)
    const fits = Number.isInteger(number) && number >= least && number <= most
    if (!fits || values[name] === '') {
      throw wrong(`${name} is "${values[name]}"`, `an integer from ${least} to ${most}`)
    }
  }
  for (const [name, known] of Object.entries(CHOICES)) {
    const value = values[name]
    if (value !== undefined && !(known as readonly string[]).includes(value)) {
      throw wrong(`${name} is "${value}"`, `one of ${known.join(', ')}`)
    }
  }
  const { backend = 'wasm', batches, letters, start, resume, ...fields } = values
  return {
    backend: backend as Parameters['backend'],
    batches: batches === undefined ? null : Number(batches),
    letters: Number(letters ?? 500),
    start: start !== undefined,
    resume: resume !== undefined,
    fields,
  }
}

const wrong = (problem: string, expected: string): DlError =>
  new DlError('bad-option', { problem, expected, fix: 'Change the address, or leave it out.' })
