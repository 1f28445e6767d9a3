/**
 * The page's address holds all of its state but the data: `?view=write&cell=lstm&lr=0.01`. What is
 * missing has its default; what does not fit is said in words and replaced by the default.
 */
import { nearest } from '@dl/core'
import { type Plan, TEXTS } from './plan'
import type { BackendName } from './worker/protocol'

export type View = 'write' | 'lr-finder' | 'see'

export interface State extends Omit<Plan, 'bs' | 'bptt'> {
  view: View
  /** Only the view, for a page that shows it in a frame. */
  embed: View | null
  backend: BackendName
  /** Of the text, unless they are given. */
  bs: number | null
  bptt: number | null
  /** Whether it waits for a click. */
  paused: boolean
  /** What to look at inside of the net. */
  look: string
}

const CHOICES = {
  view: ['write', 'lr-finder', 'see'],
  embed: ['write', 'lr-finder', 'see'],
  backend: ['wasm', 'webgl', 'webgpu'],
  text: ['sonnets', 'nietzsche', 'own'],
  cell: ['gru', 'lstm', 'rnn'],
} as const

/** Integers, with the range that makes sense. */
const INTEGERS = {
  hidden: [1, 2048],
  bs: [1, 1024],
  bptt: [5, 512],
  seed: [0, 2 ** 31 - 1],
  epochs: [1, 100_000],
} as const

export const LR_RANGE = [1e-6, 1] as const

export const DEFAULTS: State = {
  view: 'write',
  embed: null,
  backend: 'wasm',
  text: 'sonnets',
  cell: 'gru',
  hidden: 128,
  bs: null,
  bptt: null,
  lr: 3e-3,
  seed: 42,
  epochs: 1000,
  paused: false,
  look: '',
}

const NAMES = Object.keys(DEFAULTS) as (keyof State)[]

export interface Reading {
  state: State
  /** What does not fit, a sentence each. */
  problems: string[]
}

export function readAddress(query: URLSearchParams): Reading {
  const state: Record<string, unknown> = { ...DEFAULTS }
  const problems: string[] = []
  const refuse = (name: string, value: string, expected: string) => {
    const instead = DEFAULTS[name as keyof State] ?? 'its default'
    problems.push(
      `${name} is "${value}" in the address; expected ${expected}. It is ${instead} instead.`,
    )
  }
  for (const [name, value] of query) {
    if (!NAMES.includes(name as keyof State)) {
      const near = nearest(name, NAMES)
      problems.push(
        `The address has ${name}; expected ${near ? `${near}, or another ` : 'one '}of ${NAMES.join(', ')}.`,
      )
    } else if (Object.hasOwn(CHOICES, name)) {
      const known: readonly string[] = CHOICES[name as keyof typeof CHOICES]
      if (known.includes(value)) state[name] = value
      else refuse(name, value, `one of ${known.join(', ')}`)
    } else if (Object.hasOwn(INTEGERS, name)) {
      const [least, most] = INTEGERS[name as keyof typeof INTEGERS]
      const number = value.trim() === '' ? Number.NaN : Number(value)
      if (Number.isInteger(number) && number >= least && number <= most) state[name] = number
      else refuse(name, value, `an integer from ${least} to ${most}`)
    } else if (name === 'lr') {
      const number = value.trim() === '' ? Number.NaN : Number(value)
      const [least, most] = LR_RANGE
      if (number >= least && number <= most) state.lr = number
      else refuse(name, value, `a number from ${least} to ${most}`)
    } else state[name] = name === 'paused' ? true : value
  }
  const read = state as unknown as State
  if (read.embed !== null) read.view = read.embed
  return { state: read, problems }
}

/** The shortest address that means `state`. */
export function addressOf(state: State): string {
  const query = new URLSearchParams()
  for (const name of NAMES) {
    const value = state[name]
    if (value === DEFAULTS[name] || value === null) continue
    if (name === 'view' && value === state.embed) continue
    query.set(name, value === true ? '' : String(value))
  }
  const text = query.toString().replace(/=(?=&|$)/g, '')
  return text === '' ? '?' : `?${text}`
}

/** The run that `state` asks for. */
export function planOf({ text, cell, hidden, bs, bptt, lr, seed, epochs }: State): Plan {
  const known = TEXTS[text]
  return { text, cell, hidden, bs: bs ?? known.bs, bptt: bptt ?? known.bptt, lr, seed, epochs }
}

/** What `plan` is in an address: the inverse of {@link planOf}. */
export function partsOf({ bs, bptt, ...plan }: Plan): Partial<State> {
  const known = TEXTS[plan.text]
  return { ...plan, bs: bs === known.bs ? null : bs, bptt: bptt === known.bptt ? null : bptt }
}
