import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import { expect, test } from 'vitest'

const { forbidden, options } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs')

/** Builds a house of these files and tells the rules it breaks, with the files that do. */
async function broken(files: Record<string, string>): Promise<string[]> {
  const house = mkdtempSync(join(tmpdir(), 'dl-floors-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(house, path)), { recursive: true })
    writeFileSync(join(house, path), text)
  }
  try {
    write('tsconfig.json', '{}')
    const names = Object.keys(files).filter(path => path.startsWith('packages/'))
    for (const name of new Set(names.map(path => path.split('/')[1]!))) {
      const entry = { '@dl/source': './src/index.ts' }
      const manifest = { name: `@dl/${name}`, exports: { '.': entry, './*': './*' } }
      write(`packages/${name}/package.json`, JSON.stringify(manifest))
      mkdirSync(join(house, 'node_modules/@dl'), { recursive: true })
      symlinkSync(join(house, 'packages', name), join(house, 'node_modules/@dl', name), 'junction')
    }
    for (const [path, text] of Object.entries(files)) write(path, text)
    const { tsConfig: _, ...shared } = options
    const settings: ICruiseOptions = {
      ...shared,
      baseDir: house,
      validate: true,
      ruleSet: { forbidden },
    }
    const top = [...new Set(Object.keys(files).map(path => path.split('/')[0]!))]
    const { output } = await cruise(top, settings, options.enhancedResolveOptions)
    const { violations } = (output as ICruiseResult).summary
    return violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort()
  } finally {
    rmSync(house, { recursive: true })
  }
}

const empty = 'export const nothing = 0\n'

test('downwards is fine, and programs may import everything', async () => {
  expect(
    await broken({
      'packages/core/src/index.ts': empty,
      'packages/data/src/index.ts': "export { nothing } from '@dl/core'\n",
      'packages/callbacks/src/index.ts': "export { nothing } from '@dl/data'\n",
      'packages/backend-wasm/src/index.ts': "export { nothing } from '@dl/core'\n",
      'packages/callbacks/test/a.test.ts': "import '@dl/backend-wasm'\nimport '@dl/callbacks'\n",
      'examples/char-lm/src/main.ts': "import '@dl/backend-wasm'\nimport '@dl/callbacks'\n",
    }),
  ).toEqual([])
})

test('upwards, sideways and into what stands apart are not, types included', async () => {
  expect(
    await broken({
      'packages/core/src/index.ts':
        "import type { nothing } from '@dl/data'\nexport type A = typeof nothing\n",
      'packages/data/src/index.ts': empty,
      'packages/layers/src/index.ts': empty,
      'packages/optim/src/index.ts': "export { nothing } from '@dl/layers'\n",
      'packages/callbacks/src/index.ts': "export { nothing } from '@dl/layers'\n",
      'packages/train/src/index.ts': "export { nothing } from '../../../examples/a/src/main'\n",
      'examples/a/src/main.ts': empty,
    }),
  ).toEqual([
    'floor-of-callbacks: packages/callbacks/src/index.ts',
    'floor-of-core: packages/core/src/index.ts',
    'floor-of-optim: packages/optim/src/index.ts',
    'floor-of-train: packages/train/src/index.ts',
  ])
})

test('a package does not choose a backend, a backend knows core alone', async () => {
  expect(
    await broken({
      'packages/core/src/index.ts': empty,
      'packages/data/src/index.ts': empty,
      'packages/backend-wasm/src/index.ts': "export { nothing } from '@dl/data'\n",
      'packages/backend-webgl/src/index.ts': "import '@dl/backend-wasm'\n",
      'packages/text/src/index.ts': "import '@dl/backend-wasm'\n",
    }),
  ).toEqual([
    'backends-are-chosen-by-programs: packages/text/src/index.ts',
    'backends-use-core-only: packages/backend-wasm/src/index.ts',
    'backends-use-core-only: packages/backend-webgl/src/index.ts',
  ])
})

test('no circles, not even of types', async () => {
  expect(
    await broken({
      'packages/core/src/index.ts': "import type { B } from './b'\nexport type A = B[]\n",
      'packages/core/src/b.ts': "import type { A } from './index'\nexport type B = A | 0\n",
    }),
  ).toEqual(['no-circles: packages/core/src/b.ts'])
})

test('neither dist nor another package by its path', async () => {
  expect(
    await broken({
      'packages/core/src/index.ts': "import '../dist/prebuilt.js'\n",
      'packages/core/dist/prebuilt.js': empty,
      'packages/data/src/index.ts': "import '@dl/core/dist/prebuilt.js'\n",
      'packages/layers/src/index.ts': "import '../../core/src/index'\n",
    }),
  ).toEqual([
    'no-reaching-into-dist: packages/data/src/index.ts',
    'no-reaching-into-src: packages/layers/src/index.ts',
  ])
})
