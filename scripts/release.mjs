/**
 * `npm run release -- --dry-run`: what would be published, file by file, and every gate that can be
 * passed without running it. Without the option it publishes, which the workflow `release.yml` does.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asksForHelp, readArgs, sentence } from './options.mjs'
import { collect, fail, packagesIn, prepare, readJson, root } from './workspace.mjs'

const args = process.argv.slice(2)
if (asksForHelp(args)) {
  console.log('npm run release -- --dry-run: versions, files, sizes, and what is wrong with them.')
  process.exit(0)
}
const { values, complaint } = readArgs(args, { 'dry-run': { type: 'boolean' } })
if (complaint !== null) fail(sentence(complaint))
// provenance is a statement of the workflow that built a package
if (!values['dry-run'] && process.env.ACTIONS_ID_TOKEN_REQUEST_URL === undefined) {
  fail('Publishing is what the workflow release.yml does; expected --dry-run.')
}

await prepare(['build', 'types'])
const problems = await look()
if (problems.length > 0) fail(`\n${problems.join('\n')}`)
if (!values['dry-run']) {
  const pnpm = readJson(join(root, 'package.json')).packageManager
  const publish = ['exec', '--yes', `--package=${pnpm}`, '-c', 'changeset publish']
  const { ok, output } = await collect('npm', publish, { NPM_CONFIG_PROVENANCE: 'true' })
  console.log(output.trimEnd())
  if (!ok) process.exitCode = 1
}

/** Shows all packages; the value is what is wrong with them. @returns {Promise<string[]>} */
async function look() {
  // these need what is installed, which is true only now
  const { packAll, tarball } = await import('./pack.mjs')
  const { nextReleases } = await import('./release-plan.mjs')
  const { tarballProblems } = await import('./tarball-problems.mjs')
  const { checkBudgets, weighAll } = await import('./weigh.mjs')
  const { releases } = await nextReleases()
  const folder = mkdtempSync(join(tmpdir(), 'dl-release-'))
  /** @type {string[]} */
  const problems = []
  try {
    await packAll(folder)
    const weights = await weighAll()
    for (const name of packagesIn('packages')) {
      const release = releases.find(({ name: other }) => other === `@dl/${name}`)
      const { version } = readJson(join(root, 'packages', name, 'package.json'))
      const isNew = release !== undefined && release.type !== 'none'
      const next = isNew ? `${version} → ${release.newVersion}` : `${version}, nothing new`
      const path = tarball(folder, name)
      const files = await filesOf(path)
      const unpacked = files.reduce((sum, { size }) => sum + size, 0)
      const sizes = `${files.length} files, ${kilo(statSync(path).size)} packed, ${kilo(unpacked)} unpacked`
      console.log(`\n@dl/${name}  ${next}  ${sizes}`)
      for (const { what, weight, budget } of weights.filter(({ folder }) => folder === name)) {
        console.log(`  ${weight.toFixed(1)} of ${budget} KB after gzip: ${what}`)
      }
      for (const { file, size } of files) console.log(`  ${kilo(size).padStart(10)}  ${file}`)
      const bytes = new Uint8Array(readFileSync(path))
      for (const problem of await tarballProblems(bytes)) problems.push(`@dl/${name}: ${problem}`)
    }
    return [...problems, ...(await checkBudgets())]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a tarball holds. */
async function filesOf(/** @type {string} */ path) {
  const { ok, output } = await collect('tar', ['tvzf', path])
  if (!ok) fail(output.trimEnd())
  return output
    .trimEnd()
    .split('\n')
    .map(line => {
      const [, size = '', file = ''] = line.match(/\s(\d+)\s.*?\s(?:package\/)(.+)$/) ?? []
      return { file, size: Number(size) }
    })
}

/** @param {number} bytes */
function kilo(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`
}
