/** What all packages have in common, so that they can be published and used alike. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import ts from 'typescript'
import { packagesIn, readJson, root } from './workspace.mjs'

const { FLOORS } = createRequire(import.meta.url)('./floors.cjs')

const TFJS = '@tensorflow/tfjs-core'
const TFJS_VERSION = '4.22.0'
const ENTRIES = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'OFL.txt',
  'package.json',
  'tsconfig.json',
  'tsup.config.ts',
]
const FOLDERS = ['src', 'test', 'kernels', 'dist', 'node_modules', '.turbo']
const HOME = 'https://github.com/dl-ts/dl'
const PACK_SCRIPTS = {
  prepack: 'node ../../scripts/prepack.mjs',
  postpack: 'node ../../scripts/prepack.mjs --undo',
}
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare']

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} [license]
 * @property {string[]} [keywords]
 * @property {string} [homepage]
 * @property {{ url?: string }} [bugs]
 * @property {{ type?: string, url?: string, directory?: string }} [repository]
 * @property {string} [type]
 * @property {{ node?: string }} [engines]
 * @property {string[]} [files]
 * @property {boolean | string[]} [sideEffects]
 * @property {Record<string, Record<string, string>>} [exports]
 * @property {Record<string, number>} [gzip] see weigh.mjs
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [devDependencies]
 *
 * @typedef {object} Package
 * @property {string} folder below packages/
 * @property {Manifest} manifest
 * @property {string[]} entries of its folder
 * @property {Record<string, string>} sources texts of src/, by path
 */

/** Reads all packages and judges them. */
export function checkPackages() {
  const packages = packagesIn('packages').map(readPackage)
  return [...packages.flatMap(problemsOf), ...disagreements(packages.map(p => p.manifest))]
}

/**
 * What is wrong with one package, in sentences.
 * @param {Package} one
 * @returns {string[]}
 */
export function problemsOf({ folder, manifest, entries, sources }) {
  /** @type {string[]} */
  const problems = []
  const expect = (/** @type {boolean} */ fine, /** @type {string} */ what) => {
    if (!fine) problems.push(`packages/${folder}: ${what}.`)
  }
  const { dependencies = {}, peerDependencies = {}, devDependencies = {}, exports = {} } = manifest

  expect(manifest.name === `@dl/${folder}`, `its name is ${manifest.name}, expected @dl/${folder}`)
  expect(
    FLOORS.flat().includes(folder) || /^(backend-[a-z0-9-]+|native|create)$/.test(folder),
    'it stands on no floor, add it to scripts/floors.cjs',
  )
  expect(manifest.license === 'Apache-2.0', 'its license is not Apache-2.0')
  expect((manifest.keywords ?? []).length > 0, 'it has no keywords')
  const where = { type: 'git', url: `git+${HOME}.git`, directory: `packages/${folder}` }
  expect(same(manifest.repository, where), `its repository is not ${JSON.stringify(where)}`)
  const homepage = `${HOME}/tree/main/packages/${folder}#readme`
  expect(manifest.homepage === homepage, `its homepage is not ${homepage}`)
  expect(manifest.bugs?.url === `${HOME}/issues`, `its bugs.url is not ${HOME}/issues`)
  expect(manifest.type === 'module', 'it is not of type "module"')
  expect(manifest.engines?.node === '>=20.19', 'its engines.node is not >=20.19')
  // the licence of an embedded font travels with it
  const packed = entries.includes('OFL.txt') ? ['dist', 'OFL.txt'] : ['dist']
  expect(same(manifest.files, packed), `its files are not ${JSON.stringify(packed)}`)
  expect(manifest.sideEffects !== undefined, 'it does not say whether it has sideEffects')
  for (const [entry, conditions] of Object.entries(exports)) {
    const keys = Object.keys(conditions)
    expect(keys[0] === '@dl/source', `the first condition of exports["${entry}"] is not @dl/source`)
    expect(keys.at(-1) === 'default', `the last condition of exports["${entry}"] is not default`)
    expect('types' in conditions, `exports["${entry}"] has no types`)
    const budget = manifest.gzip?.[entry]
    expect(
      typeof budget === 'number',
      `gzip["${entry}"], how much it may weigh in KB, is ${budget}`,
    )
  }
  for (const [script, line] of Object.entries(PACK_SCRIPTS)) {
    const fine = manifest.scripts?.[script] === line
    expect(fine, `its script "${script}" is not "${line}": it would be packed without its types`)
  }
  for (const script of INSTALL_SCRIPTS) {
    expect(
      !(script in (manifest.scripts ?? {})),
      `it has a script "${script}"; packages run nothing`,
    )
  }

  for (const list of [dependencies, peerDependencies, devDependencies]) {
    for (const [name, range] of Object.entries(list)) {
      if (name.startsWith('@dl/')) expect(range === 'workspace:^', `${name} is not workspace:^`)
      if (name === TFJS) expect(range === TFJS_VERSION, `${name} is not exactly ${TFJS_VERSION}`)
    }
  }
  for (const name of [TFJS, '@dl/core']) {
    expect(!(name in dependencies), `${name} is a dependency, expected a peer: there is to be one`)
    if (name in peerDependencies) {
      expect(name in devDependencies, `${name} is a peer but no devDependency`)
    }
  }

  for (const entry of entries) {
    expect([...ENTRIES, ...FOLDERS].includes(entry), `"${entry}" does not belong into a package`)
  }
  if (manifest.version !== '0.0.0') {
    for (const entry of ['README.md', 'test']) expect(entries.includes(entry), `it has no ${entry}`)
  }
  const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)])
  for (const [path, text] of Object.entries(sources)) {
    for (const name of importsOf(text)) {
      const known = declared.has(name) || name === manifest.name
      expect(known, `${path} imports ${name}, which is no dependency and no peer`)
    }
    const banned = text.match(/\.(dataSync|arraySync)\(|import \* as tf\b/)
    expect(banned === null, `${path} uses ${banned?.[0]}, see CONTRIBUTING.md`)
  }
  return problems
}

/**
 * Packages of one workspace want the same version of what is not theirs.
 * @param {Manifest[]} manifests
 */
export function disagreements(manifests) {
  /** @type {Map<string, Map<string, string[]>>} */
  const wanted = new Map()
  for (const { name, dependencies, peerDependencies, devDependencies } of manifests) {
    const all = { ...peerDependencies, ...devDependencies, ...dependencies }
    for (const [other, range] of Object.entries(all)) {
      const ranges = wanted.get(other) ?? new Map()
      wanted.set(other, ranges.set(range, [...(ranges.get(range) ?? []), name]))
    }
  }
  return [...wanted]
    .filter(([, ranges]) => ranges.size > 1)
    .map(([name, ranges]) => {
      const sides = [...ranges].map(([range, who]) => `${range} (${who.join(', ')})`)
      return `${name} is wanted as ${sides.join(' and ')}; agree on one.`
    })
}

const same = (/** @type {unknown} */ a, /** @type {unknown} */ b) =>
  JSON.stringify(a) === JSON.stringify(b)

/** The packages that a source imports, Node's own left out. */
function importsOf(/** @type {string} */ text) {
  return ts
    .preProcessFile(text)
    .importedFiles.map(({ fileName }) => fileName)
    .filter(specifier => !/^([.#]|node:)/.test(specifier))
    .map(specifier =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
}

/** @param {string} folder @returns {Package} */
function readPackage(folder) {
  const path = join(root, 'packages', folder)
  const files = readdirSync(join(path, 'src'), { recursive: true }).map(String)
  const sources = files
    .filter(file => file.endsWith('.ts'))
    .map(file => [`src/${file}`, readFileSync(join(path, 'src', file), 'utf8')])
  return {
    folder,
    manifest: readJson(join(path, 'package.json')),
    entries: readdirSync(path),
    sources: Object.fromEntries(sources),
  }
}
