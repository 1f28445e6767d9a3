/**
 * From an empty folder to the first trained batch, everything downloaded anew. Seconds depend on the
 * network, which is the same for all.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { shell } from '../../../scripts/test/packed/shell'
import { JAX_JS, OURS, TFJS, TORCH } from './programs'

export interface Start {
  seconds: number
  /** Of the folder, with everything that was installed into it. */
  megabytes: number
}

type Name = 'ours' | 'tfjs' | 'jax-js' | 'torch'

const PACKAGES = 'backend-wasm callbacks core data layers native optim text train'.split(' ')

/** Of the repository, seen from the build. */
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Null, with the reason on standard error, for what cannot be installed. */
export async function firstBatches(): Promise<Record<Name, Start | null>> {
  const folder = await mkdtemp(join(tmpdir(), 'dl-first-batch-'))
  try {
    const pnpm = `npx --yes ${(await manifestIn(root)).packageManager}`
    const pack = `pack --config.ignore-scripts=true --pack-destination "${folder}"`
    await run(`${pnpm} -r --filter "./packages/*" ${pack}`, root)
    const npm = (name: Name, dependencies: object, program: string) =>
      timed(join(folder, name), async place => {
        const manifest = JSON.stringify({ private: true, type: 'module', dependencies })
        await writeFile(join(place, 'package.json'), manifest)
        await writeFile(join(place, 'train.js'), program)
        await run(`npm install --no-audit --no-fund --cache "${place}-cache"`, place)
        await run('node train.js', place)
      })
    return {
      ours: await npm('ours', await ourDependencies(folder), OURS),
      tfjs: await npm('tfjs', { '@tensorflow/tfjs': '4.22.0' }, TFJS),
      'jax-js': await npm('jax-js', { '@jax-js/jax': '0.1.25' }, JAX_JS),
      torch: await timed(join(folder, 'torch'), async place => {
        await writeFile(join(place, 'train.py'), TORCH)
        await run('python3 -m venv venv', place)
        await run('venv/bin/pip install --no-cache-dir --quiet torch numpy', place)
        await run('venv/bin/python train.py', place)
      }),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function manifestIn(place: string) {
  return JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))
}

/** The packed packages, and what they ask their users to install. */
async function ourDependencies(folder: string): Promise<Record<string, string>> {
  const entries = PACKAGES.map(async name => {
    const { version } = await manifestIn(join(root, 'packages', name))
    return [`@dl/${name}`, `file:${join(folder, `dl-${name}-${version}.tgz`)}`]
  })
  const tfjs = { '@tensorflow/tfjs-core': '4.22.0', '@tensorflow/tfjs-backend-cpu': '4.22.0' }
  return { ...Object.fromEntries(await Promise.all(entries)), ...tfjs }
}

async function timed(
  place: string,
  install: (place: string) => Promise<void>,
): Promise<Start | null> {
  await mkdir(place)
  const began = performance.now()
  try {
    await install(place)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return null
  }
  const seconds = (performance.now() - began) / 1000
  return { seconds, megabytes: (await bytesIn(place)) / 1e6 }
}

async function run(command: string, place: string): Promise<void> {
  const { ok, output } = await shell(command, place)
  if (!ok) throw new Error(`${command} failed: ${output.trim().split('\n').at(-1)}`)
}

async function bytesIn(place: string): Promise<number> {
  const files = await readdir(place, { recursive: true, withFileTypes: true })
  const sizes = files
    .filter(file => file.isFile())
    .map(async file => (await stat(join(file.parentPath, file.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
