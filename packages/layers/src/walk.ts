/**
 * Finding what a module is made of by walking its own fields, each time anew: Modules, Parameters,
 * Buffers, and arrays and plain records of them. What is met twice (tied weights, cycles) counts
 * once, under its first path. #private fields are invisible; typed arrays, Maps and arrays that
 * start with a primitive are passed over.
 */
import { isBuffer, isParameter } from '@dl/core'

/** Marks modules, of whichever copy of this package. */
export const moduleBrand: unique symbol = Symbol.for('@dl/module') as never

export const hasModuleBrand = (value: unknown): boolean =>
  (value as { [moduleBrand]?: true } | null | undefined)?.[moduleBrand] === true

/** Every part below `root`, `root` itself first under the path '', depth first in field order. */
export function walk(root: object): Generator<[path: string, part: unknown]> {
  return visit(root, '', new Set())
}

/** The same, and what is met again under each of its paths, as PyTorch names tied weights. */
export function walkAllPaths(root: object): Generator<[path: string, part: unknown]> {
  return visit(root, '', new Set(), true)
}

function* visit(
  value: unknown,
  path: string,
  seen: Set<unknown>,
  again = false,
): Generator<[path: string, part: unknown]> {
  const isLeaf = isParameter(value) || isBuffer(value)
  const isPart = isLeaf || hasModuleBrand(value)
  if (!(isPart || isContainer(value)) || seen.has(value)) return
  seen.add(value)
  if (isPart) yield [path, value]
  if (isLeaf) {
    if (again) seen.delete(value)
    return
  }
  for (const [key, child] of Object.entries(value as object)) {
    yield* visit(child, path === '' ? key : `${path}.${key}`, seen, again)
  }
  // what is above stays in, as a cycle leads back to it
  if (again) seen.delete(value)
}

function isContainer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return typeof value[0] === 'object'
  return Object.getPrototypeOf(value) === Object.prototype
}
