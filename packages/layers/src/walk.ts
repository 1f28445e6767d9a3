/**
 * Finding what a module is made of by walking its own fields, each time anew: Modules, Parameters,
 * Buffers, and arrays and plain records of them. What is met twice (tied weights, cycles) counts
 * once, under its first path. #private fields are invisible; typed arrays, Maps and arrays that
 * start with a primitive are passed over.
 */
import { type Buffer, isBuffer, isParameter, type Parameter } from '@dl/core'
import { isModule, type Module } from './module'

export type Part = Parameter | Buffer | AnyModule
// biome-ignore lint/suspicious/noExplicitAny: a module of whatever inputs and outputs
export type AnyModule = Module<any, any>

/** Every part below `root`, `root` itself first under the path '', depth first in field order. */
export function* walk(root: AnyModule): Generator<[path: string, part: Part]> {
  yield* visit(root, '', new Set())
}

function* visit(
  value: unknown,
  path: string,
  seen: Set<unknown>,
): Generator<[path: string, part: Part]> {
  const isPart = isModule(value) || isParameter(value) || isBuffer(value)
  if (!(isPart || isContainer(value)) || seen.has(value)) return
  seen.add(value)
  if (isPart) yield [path, value]
  if (isParameter(value) || isBuffer(value)) return
  for (const [key, child] of Object.entries(value as object)) {
    yield* visit(child, path === '' ? key : `${path}.${key}`, seen)
  }
}

function isContainer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return typeof value[0] === 'object'
  return Object.getPrototypeOf(value) === Object.prototype
}
