import { expect, test } from 'vitest'
import { disagreements, type Manifest, problemsOf } from '../package-rules.mjs'

const scripts = {
  prepack: 'node ../../scripts/prepack.mjs',
  postpack: 'node ../../scripts/prepack.mjs --undo',
}
const manifest: Manifest = {
  name: '@dl/text',
  version: '0.0.0',
  license: 'Apache-2.0',
  keywords: ['deep-learning'],
  homepage: 'https://github.com/dl-ts/dl/tree/main/packages/text#readme',
  bugs: { url: 'https://github.com/dl-ts/dl/issues' },
  repository: {
    type: 'git',
    url: 'git+https://github.com/dl-ts/dl.git',
    directory: 'packages/text',
  },
  type: 'module',
  engines: { node: '>=20.19' },
  files: ['dist'],
  sideEffects: false,
  exports: { '.': { '@dl/source': './src/index.ts', types: './d.ts', default: './d.js' } },
  gzip: { '.': 9 },
  scripts,
  dependencies: { '@dl/data': 'workspace:^' },
  peerDependencies: { '@dl/core': 'workspace:^', '@tensorflow/tfjs-core': '4.22.0' },
  devDependencies: { '@dl/core': 'workspace:^', '@tensorflow/tfjs-core': '4.22.0' },
}
const sources = {
  'src/index.ts': "import { DlError } from '@dl/core'\nimport './a'\nimport 'node:fs'\n",
}
const entries = ['package.json', 'src', 'tsconfig.json', 'tsup.config.ts']
const good = { folder: 'text', manifest, entries, sources }

const judge = (change: Partial<Manifest>) =>
  problemsOf({ ...good, manifest: { ...manifest, ...change } })

test('a package as it should be', () => {
  expect(problemsOf(good)).toEqual([])
})

test.each([
  [
    'a loose tfjs-core',
    { peerDependencies: { '@tensorflow/tfjs-core': '^4.22.0' } },
    'not exactly',
  ],
  ['core as a dependency', { dependencies: { '@dl/core': 'workspace:^' } }, 'expected a peer'],
  ['a pinned sibling', { dependencies: { '@dl/data': '1.0.0' } }, '@dl/data is not workspace:^'],
  ['a peer without its devDependency', { devDependencies: {} }, 'no devDependency'],
  [
    'an install script',
    { scripts: { ...scripts, postinstall: 'node build.js' } },
    'packages run nothing',
  ],
  ['a package without its types', { scripts: {} }, 'it would be packed without its types'],
  ['no budget', { gzip: { import: 3 } }, 'gzip["."], how much it may weigh in KB, is undefined'],
  ['no keywords', { keywords: [] }, 'it has no keywords'],
  ['the repository of another', { repository: {} }, 'its repository is not {"type":"git"'],
  ['no page', { homepage: 'https://example.com' }, 'its homepage is not https://github.com'],
  ['another name', { name: 'text' }, 'its name is text, expected @dl/text'],
  [
    'no source condition',
    { exports: { '.': { types: './d.ts', default: './d.js' } } },
    '@dl/source',
  ],
  ['a release without README', { version: '1.0.0' }, 'it has no README.md'],
])('%s', (_, change, problem) => {
  expect(judge(change).join('\n')).toContain(problem)
})

test('entries, floors and imports', () => {
  expect(problemsOf({ ...good, entries: [...entries, 'notes.txt'] })).toMatchInlineSnapshot(`
    [
      "packages/text: "notes.txt" does not belong into a package.",
    ]
  `)
  const attic = problemsOf({ ...good, folder: 'attic' })
  expect(attic[1]).toBe('packages/attic: it stands on no floor, add it to scripts/floors.cjs.')
  const sources = { 'src/a.ts': "import { x } from 'left-pad/x'\nx.dataSync()\n" }
  expect(problemsOf({ ...good, sources })).toMatchInlineSnapshot(`
    [
      "packages/text: src/a.ts imports left-pad, which is no dependency and no peer.",
      "packages/text: src/a.ts uses .dataSync(, see CONTRIBUTING.md.",
    ]
  `)
})

test('an import in a comment or a string is none', () => {
  const sources = { 'src/a.ts': "/** import x from 'y' */\nexport const a = 'import from \"z\"'\n" }
  expect(problemsOf({ ...good, sources })).toEqual([])
})

test('one version for all', () => {
  const wants = (name: string, range: string) => ({
    name,
    version: '0',
    dependencies: { fflate: range },
  })
  expect(disagreements([wants('a', '1.0.0'), wants('b', '1.0.0')])).toEqual([])
  expect(
    disagreements([wants('a', '1.0.0'), wants('b', '2.0.0'), wants('c', '1.0.0')]),
  ).toMatchInlineSnapshot(`
    [
      "fflate is wanted as 1.0.0 (a, c) and 2.0.0 (b); agree on one.",
    ]
  `)
})
