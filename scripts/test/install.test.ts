/**
 * The packages as they would be published, packed and installed with npm and with pnpm into empty
 * folders: what they carry, their types under several compilers, what runs where, and that each
 * README's first lines do as they stand.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_NATIVE, native } from '../native/addon.mjs'
import { packAll, tarball } from '../pack.mjs'
import { tarballProblems } from '../tarball-problems.mjs'
import { findTfjsNode, NO_TFJS_NODE } from '../tfjs-node.mjs'
import { NO_VULKAN, vulkan } from '../webgpu.mjs'
import { root } from '../workspace.mjs'
import { bundlers } from './packed/bundlers'
import { swapped, TRAINING, TYPED } from './packed/programs'
import { type Project, withNpm, withPnpm } from './packed/projects'
import { firstSteps } from './packed/readme'
import { isOffline, type Ran, shell } from './packed/shell'
import { STRANGERS, strangers } from './packed/strangers'
import { NAMES, pnpm, TFJS } from './packed/tarballs'

const NODES = ['20', '22', '24']
const COMPILERS = { ts52: '5.2.2', ts59: '5.9.3', ts7: '7.0.2' }

/** Of these nothing is for pages. */
const PROGRAMS_OF_NODE = ['backend-node', 'native', 'create']

const folder = mkdtempSync(join(tmpdir(), 'dl-install-'))
const tarballs = join(folder, 'tarballs')
const npm = join(folder, 'npm')
const strict = join(folder, 'pnpm')

const readmes = Object.fromEntries([
  ['root', firstSteps('README.md')],
  ...NAMES.map(name => [name, firstSteps(`packages/${name}/README.md`)]),
]) as Record<string, ReturnType<typeof firstSteps>>

const tfjsNode = findTfjsNode()

/** What a backend needs of the machine beside its packages, or why it cannot run. */
const MACHINES: Record<string, { settings: Record<string, string> | null; missing: string }> = {
  'backend-node': {
    settings: tfjsNode ? { DL_TFJS_NODE: tfjsNode } : null,
    missing: NO_TFJS_NODE,
  },
  'backend-webgpu': { settings: vulkan, missing: NO_VULKAN },
}

let installed: Record<'npm' | 'pnpm', Ran>

beforeAll(async () => {
  await packAll(tarballs)
  const others = {
    bun: '1.4.5',
    deno: '2.9.6',
    webgpu: '0.6.2',
    ...Object.fromEntries(
      Object.entries(COMPILERS).map(([alias, version]) => [alias, `npm:typescript@${version}`]),
    ),
  }
  const { code } = readmes.root!
  const all: Project = {
    needs: { ...TFJS, ...others },
    files: { 'main.ts': code, 'all.ts': TYPED },
  }
  installed = {
    npm: await withNpm(npm, tarballs, NAMES, all),
    pnpm: await withPnpm(strict, tarballs, { ...readmes, ...strangers() }),
  }
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000)

/** Skips what needs an installation where there is no registry. */
function need(ctx: { skip(when: boolean, note: string): void }, by: 'npm' | 'pnpm'): void {
  const ran = installed[by]
  ctx.skip(isOffline(ran), 'the package registry cannot be reached')
  expect(ran.ok, ran.output).toBe(true)
}

describe.each(NAMES)('@dl/%s packed', name => {
  it('carries its types, its licence and no workspace', () => {
    const list = spawnSync('tar', ['tzf', tarball(tarballs, name)], { encoding: 'utf8' })
    const files = list.stdout.split('\n')
    expect(files).toEqual(
      expect.arrayContaining(['index.d.ts', 'index.js'].map(file => `package/dist/${file}`)),
    )
    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md']))
    const manifest = spawnSync('tar', ['xzOf', tarball(tarballs, name), 'package/package.json'])
    expect(String(manifest.stdout)).not.toContain('workspace:')
  })

  it('passes publint and are-the-types-wrong', async () => {
    expect(await tarballProblems(readFileSync(tarball(tarballs, name)))).toEqual([])
  })
})

it('prepack builds what is packed', { timeout: 300_000 }, async () => {
  const place = join(folder, 'prepacked')
  const packing = `${pnpm} --filter @dl/optim pack --pack-destination "${place}"`
  const { ok, output } = await shell(packing, root)
  expect(ok, output).toBe(true)
  const list = spawnSync('tar', ['tzf', tarball(place, 'optim')], { encoding: 'utf8' })
  expect(list.stdout).toContain('package/dist/index.d.ts')
})

describe.each(Object.keys(COMPILERS))('the types under %s', compiler => {
  it.for([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('--module %s --moduleResolution %s', { timeout: 120_000 }, async ([module, by], ctx) => {
    need(ctx, 'npm')
    const flags = [
      ...['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck false'],
      ...['--target es2022', `--module ${module}`, `--moduleResolution ${by}`],
      // of itself TypeScript 7 takes none along, and tfjs-core wants that of `long`
      ...(compiler === 'ts7' ? [`--types "*"`] : []),
    ]
    const tsc = `node node_modules/${compiler}/bin/tsc`
    const { output } = await shell(`${tsc} ${flags.join(' ')} all.ts main.ts`, npm)
    const errors = output.split('\n').filter(line => /error TS/.test(line))
    // TypeScript 7 has WebGPU's types itself, and tfjs-core brings an older version of them along
    const twice = /^node_modules\/(@webgpu\/types|@typescript)\//
    const own = errors.filter(line => !(compiler === 'ts7' && twice.test(line)))
    expect(own).toEqual([])
    if (compiler !== 'ts7') expect(output).toBe('')
  })
})

describe('the first lines of each README, in a folder of their own', () => {
  it.for(Object.keys(readmes))('%s', { timeout: 60_000 }, async (name, ctx) => {
    need(ctx, 'pnpm')
    const place = join(strict, name)
    if (name === 'backend-webgl') {
      // a page's: all it imports is there
      const entryPoints = [join(place, 'main.ts')]
      await build({ entryPoints, bundle: true, write: false, format: 'esm', target: 'es2022' })
      return
    }
    const { settings, missing } = MACHINES[name] ?? { settings: {}, missing: '' }
    ctx.skip(settings === null, missing)
    const { code } = await transform(readmes[name]!.code, { loader: 'ts', target: 'es2022' })
    writeFileSync(join(place, 'main.js'), code)
    const { ok, output } = await shell(`"${process.execPath}" main.js`, place, settings!)
    expect(ok, output).toBe(true)
  })

  it.for(Object.keys(readmes).filter(name => !PROGRAMS_OF_NODE.includes(name)))(
    '%s bundled by esbuild, Vite and webpack',
    { timeout: 120_000 },
    async (name, ctx) => {
      need(ctx, 'pnpm')
      ctx.skip(process.env.DL_TEST_WHOLE !== 'yes', 'a page of each package is a matter of --whole')
      const { code } = await transform(readmes[name]!.code, { loader: 'ts', target: 'es2022' })
      for (const bundle of Object.values(bundlers)) {
        const text = await bundle(join(strict, name), code)
        expect(text.length).toBeGreaterThan(100)
        expect(text).not.toMatch(/from ?"(@dl|@tensorflow)/)
      }
    },
  )

  it('their types', { timeout: 60_000 }, async ctx => {
    need(ctx, 'pnpm')
    const flags = '--noEmit --strict --skipLibCheck --target es2022 --module nodenext'
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const files = Object.keys(readmes).map(name => `${name}/main.ts`)
    const { ok, output } = await shell(`node "${tsc}" ${flags} ${files.join(' ')}`, strict)
    expect(ok, output).toBe(true)
  })
})

describe('projects of strangers', () => {
  it.for(Object.entries(STRANGERS))('%s', { timeout: 120_000 }, async ([name, said], ctx) => {
    need(ctx, 'pnpm')
    const place = join(strict, name)
    const types = await shell(
      `node "${join(root, 'node_modules/typescript/bin/tsc')}" --noEmit`,
      place,
    )
    expect(types).toEqual({ ok: true, output: '' })
    const { ok, output } = await shell('npm start', place)
    expect(ok, output).toBe(true)
    expect(output).toMatch(said)
  })
})

describe('npm create @dl makes a project that', () => {
  const inApp = (app: string, ...line: string[]) =>
    shell(`node ${line.map(word => `"${word}"`).join(' ')}`, join(npm, app))
  const own = (path: string) => join(root, 'node_modules', path)

  it.for(['node', 'vite'])(
    '%s: says how to go on, and has types',
    { timeout: 60_000 },
    async (template, ctx) => {
      need(ctx, 'npm')
      const program = 'node_modules/@dl/create/dist/bin.js'
      const line = `node ${program} ${template}-app --template ${template} --no-install`
      const { ok, output } = await shell(line, npm)
      expect(ok, output).toBe(true)
      expect(output).toMatch(
        new RegExp(
          `^cd ${template}-app\\nnpm install @dl/backend-wasm .*\\nnpm install -D .*\\nnpm start\\n$`,
        ),
      )
      // what it would install lies above it
      expect(await inApp(`${template}-app`, own('typescript/bin/tsc'))).toEqual({
        ok: true,
        output: '',
      })
      expect(await shell(line, npm)).toEqual({
        ok: false,
        output: `${template}-app has .gitignore in it; expected an empty folder, or none.\n`,
      })
    },
  )

  it('node: learns', { timeout: 60_000 }, async ctx => {
    need(ctx, 'npm')
    const place = join(npm, 'node-app')
    const text = readFileSync(join(place, 'main.ts'), 'utf8')
    const { code } = await transform(text, { loader: 'ts', target: 'es2022' })
    writeFileSync(join(place, 'main.js'), code)
    expect((await inApp('node-app', 'main.js')).output).toContain('Peter Piper picked a peck')
  })

  it('vite: becomes a page', { timeout: 60_000 }, async ctx => {
    need(ctx, 'npm')
    const { ok, output } = await inApp('vite-app', own('vite/bin/vite.js'), 'build')
    expect(ok, output).toBe(true)
    expect(readFileSync(join(npm, 'vite-app/dist/index.html'), 'utf8')).toContain('assets/index-')
  })
})

describe('the twenty lines of the README as they stand', () => {
  it.for([
    // its npm package puts the binary in its place when it is installed, which this workspace forbids
    ['Bun', 'node node_modules/bun/install.js && npx --no-install bun main.ts'],
    ['Deno', 'npx --no-install deno run -A main.ts'],
    ['Node 24', 'npx --yes -p node@24 -c "node main.ts"'],
    ['tsx', 'npx --yes tsx main.ts'],
  ])('under %s', { timeout: 120_000 }, async ([, line], ctx) => {
    need(ctx, 'npm')
    const { ok, output } = await shell(line!, npm)
    expect(ok, output).toBe(true)
    expect(output).toContain('Peter Piper picked a peck of pickled peppers.')
  })
})

describe('one program, of which one line changes', () => {
  const losses: Record<string, number[]> = {}

  const backends = ['@dl/backend-wasm', '@tensorflow/tfjs-backend-cpu', '@dl/backend-node']
  it.for([...backends, '@dl/backend-webgpu'])('%s', { timeout: 120_000 }, async (name, ctx) => {
    need(ctx, 'npm')
    const { settings, missing } = MACHINES[name.slice(4)] ?? { settings: {}, missing: '' }
    ctx.skip(settings === null, missing)
    writeFileSync(join(npm, 'swapped.mjs'), swapped(name))
    const { ok, output } = await shell('node swapped.mjs', npm, settings!)
    expect(ok, output).toBe(true)
    const own: number[] = JSON.parse(output.trim().split('\n').at(-1)!)
    losses[name] = own
    expect(own).toHaveLength(10)
    for (const [i, loss] of own.entries()) {
      expect(Math.abs(loss - losses['@dl/backend-wasm']![i]!), `loss ${i}`).toBeLessThan(2e-3)
    }
  })
})

describe('install only what you need', () => {
  const places: Record<string, string> = {}

  it.for(Object.entries(TRAINING))(
    '%s installs by itself',
    { timeout: 60_000 },
    async ([name, { own, needs, program }], ctx) => {
      const place = join(folder, name.replace(/\W/g, '-'))
      const project = { needs, files: { 'main.js': program } }
      const ran = await withNpm(place, tarballs, own, project)
      ctx.skip(isOffline(ran), 'the package registry cannot be reached')
      expect(ran.ok, ran.output).toBe(true)
      expect(readdirSync(join(place, 'node_modules/@dl')).sort()).toEqual(own)
      places[name] = place
    },
  )

  it.for(NODES)('and trains under Node %s', { timeout: 120_000 }, async (node, ctx) => {
    const folders = Object.values(places)
    ctx.skip(folders.length === 0, 'the package registry cannot be reached')
    const runs = folders.map(place => `(cd ${place} && node main.js)`).join(' && ')
    const { ok, output } = await shell(
      `npx --yes -p node@${node} -c "node --version && ${runs}"`,
      folder,
    )
    expect(ok, output).toBe(true)
    expect(output).toMatch(new RegExp(`^v${node}\\.`, 'm'))
    const losses = output.split('\n').filter(line => line.startsWith('['))
    expect(losses).toHaveLength(folders.length)
    for (const line of losses) {
      const [before, after] = JSON.parse(line)
      expect(before).toBeGreaterThan(0)
      expect(after).toBeLessThan(before)
    }
  })
})

it('native kernels, packed and installed, run', { timeout: 120_000 }, async ctx => {
  ctx.skip(!native, NO_NATIVE)
  const place = join(folder, 'native')
  const program = `
    import { backendInfo } from '@dl/backend-wasm'
    console.log(backendInfo().native, backendInfo().nativeOff)`
  const project = { needs: TFJS, files: { 'main.js': program } }
  const ran = await withNpm(place, tarballs, ['backend-wasm', 'core', 'native'], project)
  ctx.skip(isOffline(ran), 'the package registry cannot be reached')
  expect(ran.ok, ran.output).toBe(true)
  for (const node of NODES) {
    const { output } = await shell(`npx --yes -p node@${node} -c "node main.js"`, place)
    expect(output).toMatch(/^(avx2|avx512|neon) null$/m)
  }
})
