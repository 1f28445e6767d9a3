/**
 * `npm run new <kind> <name>`: source, test, row of the README and changeset of something new, from a
 * template, with its name in every list that wants it. All of it is written, or nothing.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chosen } from './choice.mjs'
import { asksForHelp, readArgs, sentence } from './options.mjs'
import { NoPlace } from './templates/edits.mjs'
import { templates } from './templates/index.mjs'
import { identifiersOf, namesOf } from './templates/names.mjs'
import { collect, fail, prepare, readJson, root } from './workspace.mjs'

/** @typedef {import('./templates/index.mjs').Plan} Plan */

const OPTIONS = /** @type {const} */ ({ 'no-install': { type: 'boolean' } })

const { name: kind, args } = chosen(process.argv.slice(2), {
  kind: 'kind',
  names: Object.keys(templates),
  usage: 'npm run new <kind> <name>',
})
const { about = '', make } = templates[kind] ?? fail(`There is no template of a ${kind}.`)
if (asksForHelp(args)) {
  const install = make({ kebab: 'x', camel: 'x', pascal: 'X' }).needsInstall
    ? '\n\n  --no-install  leaves the lockfile as it is'
    : ''
  console.log(`npm run new ${kind} <name>: ${about}; <name> is like gradient-noise.${install}`)
  process.exit(0)
}
const [given, ...flags] = args
if (given === undefined || given.startsWith('-')) {
  fail(`No name was given; expected one like gradient-noise: npm run new ${kind} gradient-noise.`)
}
const named = namesOf(given)
if (named.names === null) fail(sentence(named.complaint))
const { names } = named
const { values, complaint } = readArgs(flags, OPTIONS)
if (complaint !== null) fail(sentence(complaint))

if (!existsSync(join(root, 'node_modules/.bin/biome'))) await prepare()
const plan = make(names)
await check(plan)
await write(plan, values['no-install'] === true)

console.log(
  Object.keys(plan.files)
    .map(path => `new      ${path}`)
    .join('\n'),
)
const lock = plan.needsInstall && !values['no-install'] ? ['pnpm-lock.yaml'] : []
console.log([...Object.keys(plan.edits), ...lock].map(path => `changed  ${path}`).join('\n'))
console.log(`\nnpx vitest run --project ${plan.project ?? 'cpu'} ${plan.test}`)

/** Ends the program where something is in the way. */
async function check(/** @type {Plan} */ { files, edits, index }) {
  const taken = new Set(index ? identifiersOf(readFileSync(join(root, index), 'utf8')) : [])
  const own = [names.camel, names.pascal]
  const export_ = own.find(name => taken.has(name))
  if (export_) fail(`${index} has a ${export_} already; expected a name that is free.`)
  const there = Object.keys(files).find(path => existsSync(join(root, path)))
  if (there !== undefined) fail(`${there} is there already; expected a name that is free.`)
  const word = own.find(name => wordsOfTemplate().has(name))
  if (word) fail(`"${word}" is a name that a new ${kind} uses itself; expected another one.`)
  const paths = Object.keys(edits)
  const { ok, output } = await collect('git', ['status', '--porcelain', '--', ...paths])
  // outside of a repository there is nothing to mix up
  if (ok && output.trim() !== '') {
    const [line = ''] = output.split('\n')
    fail(
      `${line.slice(3)} has changes that are not committed; expected none where this one adds to it.`,
    )
  }
}

/** What the sources of this kind call by its name, whatever they are named themselves. */
function wordsOfTemplate() {
  const { files } = make({ kebab: 'x-x-x', camel: 'xXX', pascal: 'XXX' })
  const sources = Object.entries(files).filter(([path]) => path.endsWith('.ts'))
  return new Set(sources.flatMap(([, text]) => identifiersOf(text)))
}

/** Writes all of it. Whatever goes wrong, everything is again as it was. */
async function write(
  /** @type {Plan} */ { files, edits, needsInstall },
  /** @type {boolean} */ noInstall,
) {
  /** @type {Map<string, string | null>} */
  const earlier = new Map()
  const put = (/** @type {string} */ path, /** @type {string} */ text) => {
    const at = join(root, path)
    earlier.set(path, existsSync(at) ? readFileSync(at, 'utf8') : null)
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, text)
  }
  let place = ''
  const folders = [...new Set(Object.keys(files).map(path => join(root, dirname(path))))]
  const fresh = folders.map(topOfNew).filter(folder => folder !== null)
  const undo = () => {
    for (const [path, text] of earlier) {
      if (text === null) rmSync(join(root, path), { force: true })
      else writeFileSync(join(root, path), text)
    }
    for (const folder of fresh) rmSync(folder, { recursive: true, force: true })
  }
  const must = async (/** @type {string} */ command, /** @type {string[]} */ args) => {
    const { ok, output } = await collect(command, args)
    if (ok) return
    undo()
    fail(`${output.trimEnd()}\n${command} ${args.join(' ')} failed; nothing was made.`)
  }
  try {
    for (const [path, text] of Object.entries(files)) put(path, text)
    for (const [path, edit] of Object.entries(edits)) {
      place = path
      put(path, edit(readFileSync(join(root, path), 'utf8')))
    }
  } catch (error) {
    undo()
    if (!(error instanceof NoPlace)) throw error
    fail(`${place} has no ${error.message}, where a new ${kind} goes; nothing was made.`)
  }
  const formatted = [...earlier.keys()].filter(path => !path.endsWith('.md'))
  await must('biome', ['check', '--write', '--error-on-warnings', ...formatted])
  if (needsInstall && !noInstall) {
    const pnpm = readJson(join(root, 'package.json')).packageManager
    const lock = 'pnpm-lock.yaml'
    earlier.set(lock, readFileSync(join(root, lock), 'utf8'))
    await must('npx', ['--yes', pnpm, 'install', '--no-frozen-lockfile'])
  }
}

/** The highest folder above, and with, this one that is not there yet. @returns {string | null} */
function topOfNew(/** @type {string} */ folder) {
  if (existsSync(folder)) return null
  return topOfNew(dirname(folder)) ?? folder
}
