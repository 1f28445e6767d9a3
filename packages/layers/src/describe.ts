/** What the tree of a module is drawn from. */
export interface Described {
  /** The constructor's arguments. */
  describe(): string
  children(): Iterable<[path: string, child: Described]>
}

/** `Name(arguments)` for a leaf; a nested block with one line per child else. */
export function describe(module: Described): string {
  const lines = [...module.children()].map(([path, child]) => `${path}: ${describe(child)}`)
  const head = `${module.constructor.name}(${module.describe()}`
  if (lines.length === 0) return `${head})`
  return `${head}\n${lines.join('\n').replace(/^/gm, '  ')}\n)`
}
