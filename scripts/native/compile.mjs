/**
 * The addon of this machine, by the compiler that is there, if there is one: without it everything
 * goes on with WebAssembly. Nothing is done where the addon is made of today's sources already.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asksForHelp } from '../options.mjs'
import { collect, isMain } from '../workspace.mjs'
import { commandsOf, isCurrent, keep, nameOf } from './toolchain.mjs'

/** @typedef {import('./toolchain.mjs').Build} Build */

/** The first C++ compiler that answers; CXX names another one. @returns {string | null} */
export function findCompiler() {
  const { CXX } = process.env
  // Microsoft's has no vectors of the kind the kernels use
  const names = CXX ? [CXX] : process.platform === 'win32' ? ['clang++'] : ['c++', 'g++', 'clang++']
  return names.find(name => spawnSync(name, ['--version']).status === 0) ?? null
}

/** Runs a build's commands. @param {Build} build @returns {Promise<string>} its complaints, '' for none */
export async function runBuild(build) {
  const work = mkdtempSync(join(tmpdir(), 'dl-native-'))
  try {
    const { objects, addon } = commandsOf(build, work)
    const run = (/** @type {string[]} */ [command, ...args]) => collect(command ?? '', args)
    const results = await Promise.all(objects.map(run))
    if (results.every(({ ok }) => ok)) results.push(await run(addon))
    const failed = results.find(({ ok }) => !ok)
    if (failed) return failed.output
    keep(nameOf(build), work)
    return ''
  } finally {
    rmSync(work, { recursive: true })
  }
}

/**
 * Makes this machine's addon if it can.
 * @returns {Promise<string>} why there is none, '' if there is
 */
export async function compileNative({ checked = false } = {}) {
  const { platform, arch } = process
  const name = nameOf({ compiler: [], platform, arch, checked })
  if (isCurrent(name)) return ''
  const compiler = findCompiler()
  if (compiler === null) return 'no C++ compiler is installed'
  return await runBuild({ compiler: [compiler], platform, arch, checked })
}

if (isMain(import.meta.url)) {
  const args = process.argv.slice(2)
  if (asksForHelp(args)) console.log('node scripts/native/compile.mjs [--checked]')
  else {
    const problem = await compileNative({ checked: args.includes('--checked') })
    if (problem) console.error(`No native kernels: ${problem}`)
  }
}
