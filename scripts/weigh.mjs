/**
 * What a package weighs in a page, in bytes after gzip: its own code and that of the dependencies it
 * hides, without its siblings and without TensorFlow.js, but with the gradients that @dl/core takes
 * from there. What is loaded later, on demand, does not count.
 */
import { builtinModules } from 'node:module'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { packagesIn, readJson, root } from './workspace.mjs'

/** @typedef {{ name: string, exports?: Record<string, unknown>, gzip?: Record<string, number>,
 *   peerDependencies?: Record<string, string> }} Manifest */

/**
 * The program that a budget is about.
 * @param {string} name of the package
 * @param {string} what an entry (`.`, `./gpu`): all of it; names, with commas between: these alone;
 *   `import`: what comes with the import, whatever is used
 */
export function programOf(name, what) {
  if (what === 'import') return `import '${name}'`
  return what.startsWith('.')
    ? `export * from '${name}${what.slice(1)}'`
    : `export { ${what} } from '${name}'`
}

/**
 * The code that a page loads first of a program, minified.
 * @param {string} folder of the package below packages/
 * @param {string} program
 */
export async function firstLoad(folder, program) {
  const own = `@dl/${folder}`
  /** @type {Manifest} */
  const { peerDependencies = {} } = readJson(join(root, 'packages', folder, 'package.json'))
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: join(root, 'packages', folder), sourcefile: 'page.js' },
    ...{ bundle: true, minify: true, write: false, metafile: true },
    ...{ outdir: 'out', format: 'esm', splitting: true, platform: 'browser' },
    plugins: [
      {
        name: 'siblings stay imports',
        setup({ onResolve }) {
          onResolve({ filter: /^@(dl|tensorflow)\// }, ({ path }) =>
            path === own || path.startsWith(`${own}/`) ? undefined : { path, external: true },
          )
        },
      },
    ],
    logLevel: 'error',
    // Node's, and what a program installs itself
    external: ['node:*', ...builtinModules, ...Object.keys(peerDependencies).filter(isForeign)],
  })
  const { outputs } = metafile
  // what is imported later is an entry, too
  const first = new Set(
    Object.keys(outputs).filter(path => outputs[path]?.entryPoint?.endsWith('page.js')),
  )
  for (const path of first) {
    for (const { kind, path: other, external } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) first.add(other)
    }
  }
  const names = new Set([...first].map(path => basename(path)))
  return outputFiles
    .filter(({ path }) => names.has(basename(path)))
    .map(({ text }) => text)
    .join('')
}

const isForeign = (/** @type {string} */ name) => !/^@(dl|tensorflow)\//.test(name)

/** In thousands of bytes. */
export const gzipped = (/** @type {string} */ code) => gzipSync(code, { level: 9 }).length / 1000

/**
 * What stands in `gzip` of the manifests beside what it is, for all packages or some.
 * @param {readonly string[]} [folders]
 */
export async function weighAll(folders = packagesIn('packages')) {
  const rows = folders.flatMap(folder => {
    /** @type {Manifest} */
    const { name, gzip = {} } = readJson(join(root, 'packages', folder, 'package.json'))
    return Object.entries(gzip).map(([what, budget]) => ({ folder, name, what, budget }))
  })
  return Promise.all(
    rows.map(async row => {
      const weight = gzipped(await firstLoad(row.folder, programOf(row.name, row.what)))
      return { ...row, weight }
    }),
  )
}

/** The budgets that are exceeded, in sentences. */
export async function checkBudgets() {
  const rows = await weighAll()
  return rows
    .filter(({ weight, budget }) => weight > budget)
    .map(
      ({ folder, what, weight, budget }) =>
        `packages/${folder}: "${what}" weighs ${weight.toFixed(2)} KB after gzip; expected at most ${budget}, as "gzip" of its package.json says.`,
    )
}
