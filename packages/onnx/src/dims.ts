/** Dimensions that are known only when the exported model runs, found by tracing it at two sizes. */

/** A number, or a number times named dimensions. */
export type Dim = number | { times: number; names: readonly string[] } | null

/** The sizes with which a named dimension is tried. */
export type Sizes = Record<string, readonly [number, number]>

/** No product of some of them is a product of others. */
const TRIED: readonly (readonly [number, number])[] = [
  [2, 3],
  [5, 7],
  [11, 13],
  [17, 19],
]

export const MOST_NAMES: number = TRIED.length

export function sizesFor(names: readonly string[]): Sizes {
  return Object.fromEntries(names.map((name, i) => [name, TRIED[i]!]))
}

/** What a size is that was `a` in the first trace and `b` in the second; null where it is unclear. */
export function dimOf(a: number, b: number, sizes: Sizes): Dim {
  if (a === b) return a
  const names = Object.keys(sizes)
  for (let bits = 1; bits < 2 ** names.length; bits++) {
    const some = names.filter((_, i) => bits & (1 << i))
    const [first, second] = [0, 1].map(i => some.reduce((all, name) => all * sizes[name]![i]!, 1))
    const times = a / first!
    if (Number.isInteger(times) && times * second! === b) return { times, names: some }
  }
  return null
}

export const dimsOf = (a: readonly number[], b: readonly number[], sizes: Sizes): Dim[] =>
  a.map((size, i) => dimOf(size, b[i]!, sizes))

/** As ONNX shows it: `64`, `N`, `4*N`. */
export function showDim(dim: Dim): number | string {
  if (typeof dim === 'number') return dim
  if (dim === null) return 'unknown'
  const names = dim.names.join('*')
  return dim.times === 1 ? names : `${dim.times}*${names}`
}
