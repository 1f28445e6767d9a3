/** `npm run check`: everything that can be said about the code without running it. */
import { asksForHelp, readArgs, sentence } from './options.mjs'
import { collect, fail, isMain, packagesIn, prepare } from './workspace.mjs'

/**
 * Runs all checks and tells their results; the value is the number of those that failed.
 * @returns {Promise<number>}
 */
export async function runChecks() {
  // these need what is installed, which is true only now
  const { extractExamples } = await import('./examples.mjs')
  const { checkPackages } = await import('./package-rules.mjs')
  const { checkBudgets } = await import('./weigh.mjs')
  const programs = ['packages', 'examples', 'benchmarks', 'trust', '.examples'].filter(
    folder => folder === 'packages' || folder === '.examples' || packagesIn(folder).length > 0,
  )
  /** @type {Record<string, () => Promise<{ ok: boolean, output: string }>>} */
  const steps = {
    types: () => collect('tsc', ['--noEmit', '-p', '.']),
    style: () => collect('biome', ['check', '--error-on-warnings', '.']),
    floors: () => collect('depcruise', ['--output-type', 'err', ...programs]),
    packages: async () => told(checkPackages()),
    versions: () => collect('sherif', []),
    unused: () => collect('knip', ['--no-progress', '--no-config-hints']),
    sizes: async () => told(await checkBudgets()),
  }
  let failed = 0
  const tell = (/** @type {string} */ name, { ok = true, output = '' }) => {
    console.log(`${ok ? '✓' : '✗'} ${name}`)
    if (ok) return
    failed++
    console.log(output.trimEnd())
  }
  // first, because the types of the examples are checked, too
  tell('examples', told(extractExamples()))
  const names = Object.keys(steps)
  const results = Object.values(steps).map(step => step())
  for (const [i, result] of results.entries()) tell(names[i] ?? '', await result)
  return failed
}

const told = (/** @type {string[]} */ problems) => ({
  ok: problems.length === 0,
  output: problems.join('\n'),
})

if (isMain(import.meta.url)) {
  const args = process.argv.slice(2)
  if (asksForHelp(args)) {
    console.log(
      'npm run check: examples in documentation, types, style, floors, packages, versions, unused, sizes. No options.',
    )
    process.exit(0)
  }
  const { complaint } = readArgs(args, {})
  if (complaint !== null) fail(sentence(complaint))
  await prepare()
  if ((await runChecks()) > 0) process.exitCode = 1
}
