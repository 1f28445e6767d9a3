/** One measurement of ours, one of each of the others, and again: what slows the machine down slows all. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Peer } from './peer'
import type { Measurement, Question } from './protocol'
import { median, medianRatio } from './statistics'

/** Threads of the one before still spin for more work. */
const SETTLE_MS = 10

export interface Contestant {
  name: string
  peer: Peer
  /** What to ask; some repeat what ours did in this round. */
  question: Question | ((ours: Measurement) => Question)
  /** How much work one measurement is, in a unit all share (default: the items it tells, or 1). */
  work?: number
}

export interface RaceOptions {
  rounds: number
  /** Who takes longer for one measurement is not asked again. */
  patienceMs: number
  /** No further round begins then, by the clock of `performance`. */
  deadline: number
}

/** What a contestant took in each round for as much work as ours did, or null. */
export type Times = Record<string, (number | null)[]>

export interface RaceResult {
  ours: Measurement[]
  times: Times
  /** The last measurement of each of the others, as it came. */
  last: Record<string, Measurement>
}

export async function race(
  ours: Contestant,
  others: readonly Contestant[],
  { rounds, patienceMs, deadline }: RaceOptions,
): Promise<RaceResult> {
  const result: RaceResult = { ours: [], times: {}, last: {} }
  for (const { name } of others) result.times[name] = []
  let left = [...others]
  for (let round = 0; round < rounds && performance.now() < deadline; round++) {
    const own = await ask(ours)
    if (own === null) break
    result.ours.push(own)
    for (const other of others) {
      const began = performance.now()
      const theirs = left.includes(other) ? await ask(other, own) : null
      const time = theirs && (theirs.ms * workOf(ours, own)) / workOf(other, theirs)
      result.times[other.name]!.push(time)
      if (theirs !== null) result.last[other.name] = theirs
      if (theirs === null || performance.now() - began > patienceMs) {
        left = left.filter(one => one !== other)
      }
    }
  }
  return result
}

async function ask(
  { peer, question }: Contestant,
  ours?: Measurement,
): Promise<Measurement | null> {
  await pause(SETTLE_MS)
  return peer.measure(typeof question === 'function' ? question(ours!) : question)
}

const workOf = ({ work }: Contestant, { items }: Measurement): number => work ?? items ?? 1

/** Figures of one contestant in one row. */
export interface Figures {
  ms: number
  gflops?: number
  /** Gigabytes a second, where memory is the limit. */
  gbs?: number
  /** The share of a step outside of forward, backward and update. */
  outside?: number
}

export interface Row {
  name: string
  ours: Figures | null
  /** For as much work as ours did. */
  peers: Record<string, Figures | null>
  /** How many times as fast ours is. */
  ratio: Record<string, number | null>
}

/**
 * How many times as fast `one` is as `other`, round by round; null where either was not measured.
 * `ours` is among them.
 */
export function ratioBetween(
  { ours, times }: RaceResult,
  one: string,
  other: string,
): number | null {
  const of = (name: string) => (name === 'ours' ? ours.map(({ ms }) => ms) : (times[name] ?? []))
  return medianRatio(of(one), of(other))
}

export interface RowOptions {
  name: string
  /** Operations, or bytes, of what ours did. */
  flops?: number
  bytes?: number
}

export function rowOf({ name, flops, bytes }: RowOptions, { ours, times }: RaceResult): Row {
  const figures = (all: readonly (number | null)[]): Figures | null => {
    const ms = median(all.filter(time => time !== null))
    if (Number.isNaN(ms)) return null
    return {
      ms,
      ...(flops !== undefined && { gflops: flops / ms / 1e6 }),
      ...(bytes !== undefined && { gbs: bytes / ms / 1e6 }),
    }
  }
  const own = ours.map(({ ms }) => ms)
  const entries = Object.entries(times)
  return {
    name,
    ours: figures(own),
    peers: Object.fromEntries(entries.map(([peer, theirs]) => [peer, figures(theirs)])),
    ratio: Object.fromEntries(entries.map(([peer, theirs]) => [peer, medianRatio(own, theirs)])),
  }
}
