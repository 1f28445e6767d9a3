/**
 * What the root programs share: they need Node and npm alone, install and build what is missing,
 * and then hand over to a program, whose output is theirs to the last line.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The oldest Node that is supported, as in every package's `engines`. */
const OLDEST = { major: 20, minor: 19 }
const INSTALLED = join(root, 'node_modules/.dl-installed')

/**
 * Installs the dependencies if the lockfile or a manifest has changed, then builds what has
 * changed. Says so on standard error, and only if it takes time or fails.
 * @param {string[]} tasks what to build: `types` is for those who publish
 */
export async function prepare(tasks = ['build']) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
    fail(
      `This is Node ${process.versions.node}; expected ${OLDEST.major}.${OLDEST.minor} or newer.`,
    )
  }
  const pnpm = readJson(join(root, 'package.json')).packageManager
  const wanted = installKey()
  if (!existsSync(INSTALLED) || readFileSync(INSTALLED, 'utf8') !== wanted) {
    await quietly('Installing dependencies', 'npx', ['--yes', pnpm, 'install', '--frozen-lockfile'])
    writeFileSync(INSTALLED, wanted)
  }
  const turbo = `turbo run ${tasks.join(' ')} --output-logs=errors-only --ui=stream`
  await quietly('Building', 'npm', ['exec', '--yes', `--package=${pnpm}`, '-c', turbo])
  // a program of its own, which uses this file; where there is no compiler it makes nothing
  const compile = join(root, 'scripts/native/compile.mjs')
  await quietly('Compiling native kernels', process.execPath, [compile])
}

/** Runs a program of this repository from its root and ends as it ends. */
export async function runProgram(/** @type {string} */ path, /** @type {string[]} */ args) {
  if (!existsSync(join(root, path))) fail(`${path} does not exist after the build.`)
  const child = spawn(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' })
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    // Ctrl-C reaches the child by itself: a terminal sends it to everyone in the foreground
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  process.on('SIGINT', forward).on('SIGTERM', forward)
  const { code, signal } = await ended(child)
  process.off('SIGINT', forward).off('SIGTERM', forward)
  if (signal !== null) process.kill(process.pid, signal)
  process.exitCode = code ?? 1
}

/**
 * Runs a command, by name from this workspace's own binaries, and collects what it writes.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [settings] environment variables beside ours
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export async function collect(command, args, settings = {}) {
  const own = join(root, 'node_modules/.bin', command)
  const child = spawn(existsSync(own) ? own : command, args, {
    cwd: root,
    env: {
      ...outsideOf(process.env),
      CI: 'true',
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  child.stderr.on('data', chunk => {
    output += chunk
  })
  const { code } = await ended(child)
  return { ok: code === 0, output }
}

/**
 * An environment without the settings of an `npx -p … -c …` around us (another Node, say), which
 * our own npx would take for its own.
 * @param {NodeJS.ProcessEnv} env
 */
export function outsideOf({ npm_config_call: _call, npm_config_package: _package, ...env }) {
  return env
}

/**
 * The folders of a parent that hold a package, sorted.
 * @param {string} parent
 */
export function packagesIn(parent) {
  if (!existsSync(join(root, parent))) return []
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .filter(name => existsSync(join(root, parent, name, 'package.json')))
    .sort()
}

/** @param {string} path */
export const readJson = path => JSON.parse(readFileSync(path, 'utf8'))

/**
 * Ends this program with a message.
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** Whether the module of this URL is the program that was started, not one that it imports. */
export const isMain = (/** @type {string} */ url) => process.argv[1] === fileURLToPath(url)

/** Everything an installation depends on. */
function installKey() {
  const hash = createHash('sha256')
  const manifests = ['packages', 'examples'].flatMap(parent =>
    packagesIn(parent).map(name => `${parent}/${name}/package.json`),
  )
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json', ...manifests]
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)))
  return hash.update(`${process.platform} ${process.arch}`).digest('hex')
}

/** Runs a command that matters only when it fails; after two seconds it says what is going on. */
export async function quietly(
  /** @type {string} */ what,
  /** @type {string} */ command,
  /** @type {string[]} */ args,
) {
  const patience = setTimeout(() => process.stderr.write(`${what} …\n`), 2000)
  const { ok, output } = await collect(command, args)
  clearTimeout(patience)
  if (!ok) fail(`${output}\n${what} failed: ${command} ${args.join(' ')}`)
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
const ended = child =>
  new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
