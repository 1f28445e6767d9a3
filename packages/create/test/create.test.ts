import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { starter } from '@dl/create'
import { afterAll, expect, it } from 'vitest'
import { readArguments } from '../src/arguments'
import { linesFor } from '../src/install'
import { nameOf, occupied, write } from '../src/write'

const place = mkdtempSync(join(tmpdir(), 'dl-create-'))
afterAll(() => rmSync(place, { recursive: true }))

it('reads its command line', () => {
  expect(readArguments(['app'])).toEqual({ folder: 'app', template: 'node', install: true })
  expect(readArguments(['app', '--template=vite', '--no-install'])).toEqual({
    folder: 'app',
    template: 'vite',
    install: false,
  })
  expect(readArguments(['-h'])).toBe(null)
})

it.each([
  [[], 'No folder was named; expected one: npm create @dl my-app.'],
  [[''], 'No folder was named'],
  [['a', 'b'], '"b" is one word too many; expected a folder.'],
  [['a', '--template', 'vue'], 'There is no template "vue"; expected node or vite.'],
  [['a', '--template', 'toString'], 'There is no template "toString"'],
  [['a', '--templat', 'vite'], "Unknown option '--templat'; expected a folder, --template"],
])('refuses %j', (args, message) => {
  expect(readArguments(args)).toContain(message)
})

it('writes into an empty folder or none, and leaves others alone', () => {
  const { files } = starter('vite', 'x')
  const folder = join(place, 'deep/app')
  expect(occupied(folder)).toBe(null)
  write(folder, files)
  expect(readdirSync(folder, { recursive: true })).toEqual(
    expect.arrayContaining(['package.json', join('src', 'main.ts')]),
  )
  expect(readdirSync(join(place, 'deep'))).toEqual(['app'])
  expect(occupied(folder)).toMatch(
    /app has \.gitignore in it; expected an empty folder, or none\.$/,
  )
  const empty = join(place, 'empty')
  mkdirSync(join(empty, '.git'), { recursive: true })
  expect(occupied(empty)).toBe(null)
  write(empty, files)
  expect(readFileSync(join(empty, 'src/main.ts'), 'utf8')).toBe(files['src/main.ts'])
  expect(readdirSync(empty)).toContain('.git')
  writeFileSync(join(place, 'file'), '')
  expect(occupied(join(place, 'file'))).toMatch(/file is a file; expected an empty folder/)
})

it('names the project after its folder, as npm allows', () => {
  expect(['my-app', '/a/My App', '_x.y', '…'].map(nameOf)).toEqual([
    'my-app',
    'my-app',
    'x-y',
    'my-app',
  ])
})

it.each([
  ['', 'npm install a', 'npm install -D b', 'npm start'],
  ['npm/10.8.2 node/v22', 'npm install a', 'npm install -D b', 'npm start'],
  ['pnpm/10.34.8 npm/? node/v22', 'pnpm add a', 'pnpm add -D b', 'pnpm start'],
  ['yarn/4.1.0 npm/? node/v22', 'yarn add a', 'yarn add -D b', 'yarn start'],
  ['bun/1.3.0 npm/? node/v24', 'bun add a', 'bun add -D b', 'bun run start'],
])('installs with who called: %s', (agent, ...lines) => {
  const { install, start } = linesFor({ files: {}, needs: ['a'], devNeeds: ['b'] }, agent)
  expect([...install.map(line => line.join(' ')), start]).toEqual(lines)
})
