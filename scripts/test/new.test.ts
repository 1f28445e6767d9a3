/** Each kind of `npm run new`, in a copy of this repository: what it makes is right as it stands. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { templates } from '../templates/index.mjs'
import { packagesIn, root } from '../workspace.mjs'

/** Of a test file, as vitest reports it. */
interface Result {
  name: string
  status: string
  message: string
  assertionResults: { status: string; fullName: string }[]
}

const KINDS = Object.keys(templates)
const copy = mkdtempSync(join(tmpdir(), 'dl-new-'))
const at = (...path: string[]) => join(copy, ...path)

function run(command: string, ...args: string[]) {
  const { VITEST: _, ...env } = process.env
  const ran = spawnSync(command, args, { cwd: copy, encoding: 'utf8', env: { ...env, CI: 'true' } })
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr }
}
const node = (...args: string[]) => run(process.execPath, ...args)
const make = (...args: string[]) => node('scripts/new.mjs', ...args)
const git = (...args: string[]) => run('git', '-c', 'user.name=x', '-c', 'user.email=x', ...args)
const commit = () => {
  git('add', '--all')
  expect(git('commit', '--quiet', '--message', 'x')).toMatchObject({ code: 0 })
}

/** What the copy imports by name: its own packages, and what is installed here. */
function link(): void {
  mkdirSync(at('node_modules/@dl'), { recursive: true })
  const installed = join(root, 'node_modules')
  for (const name of readdirSync(installed)) {
    if (name !== '@dl') symlinkSync(join(installed, name), at('node_modules', name))
  }
  for (const name of packagesIn('packages')) {
    symlinkSync(at('packages', name), at('node_modules/@dl', name))
    // links from each package to its own, of which those to other packages stay in the copy
    const own = join('packages', name, 'node_modules')
    if (!existsSync(join(root, own))) continue
    cpSync(join(root, own), at(own), { recursive: true, verbatimSymlinks: true })
  }
}

/** Of the tests that examples have become, those of what is new. */
function examplesOf(part: string): string[] {
  return readdirSync(at('.examples')).flatMap(owner => {
    const path = join('.examples', owner, 'all.test.ts')
    if (!existsSync(at(path))) return []
    const lines = readFileSync(at(path), 'utf8').split('\n')
    const tests = lines.filter(line => line.startsWith('test(') && line.includes(part))
    const runs = tests.map(line => line.match(/run\d+/)![0])
    const imports = lines.filter(line => runs.some(run => line.includes(` ${run} `)))
    if (runs.length === 0) return []
    writeFileSync(at(path), [lines[0], ...imports, ...tests].join('\n'))
    return [path]
  })
}

beforeAll(() => {
  const left = /(^|[/\\])(node_modules|\.git|\.turbo|\.examples|dist)$|^(runs|models)$/
  const filter = (path: string) => !left.test(relative(root, path))
  cpSync(root, copy, { recursive: true, filter })
  for (const name of ['core', 'backend-wasm']) {
    const dist = join('packages', name, 'dist')
    cpSync(join(root, dist), at(dist), { recursive: true })
  }
  link()
  expect(git('init', '--quiet')).toMatchObject({ code: 0 })
  commit()
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

describe('is refused in one line, and nothing is made', () => {
  it.each<[args: string[], message: string | RegExp]>([
    [[], /^No kind was named; expected one of backend, callback, .+\.$/],
    [['calback', 'x'], /^There is no kind "calback"; .+\. Did you mean callback\?$/],
    [['callback'], /^No name was given; expected one like gradient-noise: npm run new callback/],
    [
      ['callback', 'GradientNoise'],
      /^The name is "GradientNoise"; .+ Did you mean gradient-noise\?$/,
    ],
    [
      ['callback', '../x'],
      /^The name is "\.\.\/x"; expected at most 40 characters: words of small/,
    ],
    [['layer', `x${'-y'.repeat(20)}`], /^The name is "x-y-y.+"; expected at most 40 characters/],
    [['package', 'delete'], /^"delete" is a word of TypeScript; expected a name that a function/],
    [['layer', 'tensor'], /^"tensor" is a name that a new layer uses itself; expected another one/],
    [
      ['callback', 'ema'],
      /^packages\/callbacks\/src\/index\.ts has a ema already; expected a name that/,
    ],
    [
      ['metric', 'learner'],
      /^packages\/train\/src\/index\.ts has a Learner already; expected a name/,
    ],
    [['package', 'core'], /^packages\/core\/package\.json is there already/],
    [
      ['layer', 'x', '--instal'],
      /^There is no option --instal; expected one of --help --no-install/,
    ],
    [['layer', 'x', 'y'], /^There is no option y; expected one of/],
  ])('%j', (args, message) => {
    const { code, stdout, stderr } = make(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trimEnd()).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(git('status', '--porcelain').stdout).toBe('')
  })

  it('where a file that it adds to has changes of somebody', () => {
    const path = at('packages/callbacks/README.md')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, `${text}\nMine.\n`)
    expect(make('callback', 'tried').stderr).toBe(
      'packages/callbacks/README.md has changes that are not committed; expected none where this one adds to it.\n',
    )
    writeFileSync(path, text)
    expect(git('status', '--porcelain').stdout).toBe('')
  })

  it('where the place is gone that its name goes to', () => {
    const path = at('packages/callbacks/README.md')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('`callbackList(callbacks)`', 'gone'))
    commit()
    expect(make('callback', 'tried').stderr).toBe(
      'packages/callbacks/README.md has no | `callbackList(callbacks)`, where a new callback goes; nothing was made.\n',
    )
    expect(git('status', '--porcelain').stdout).toBe('')
    writeFileSync(path, text)
    commit()
  })
})

it('-h says what a kind is', () => {
  expect(make('layer', '-h')).toMatchObject({ code: 0, stderr: '' })
  expect(make('backend', '-h').stdout).toContain('--no-install')
})

describe('makes what is right as it stands', () => {
  const made: string[] = []

  it.each(KINDS)('%s', kind => {
    // there is nothing to link but what the copy has
    const { code, stdout, stderr } = make(kind, `tried-${kind}`, '--no-install')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const files = git('status', '--porcelain', '--untracked-files=all').stdout.trimEnd().split('\n')
    const told = stdout.match(/^(new|changed) +.+$/gm)!.map(line => line.split(/ +/)[1]!)
    expect(files.map(line => line.slice(3)).sort()).toEqual(told.sort())
    made.push(...told)
    commit()
  })

  const all = () => [...new Set(made)].filter(path => path.endsWith('.ts'))

  it('in style', () => {
    const paths = [...new Set(made)].filter(path => !path.endsWith('.md'))
    const { stdout, stderr, code } = run(at('node_modules/.bin/biome'), 'check', ...paths)
    expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' })
  })

  it('as packages', () => {
    const program = `const { checkPackages } = await import('./scripts/package-rules.mjs')
      console.log(JSON.stringify(checkPackages()))`
    const { stdout, stderr } = node('--input-type=module', '--eval', program)
    expect({ stdout, stderr }).toEqual({ stdout: '[]\n', stderr: '' })
  })

  it('in types, tests and examples', { timeout: 300_000 }, () => {
    const names = [`tried-package`, `backend-tried-backend`]
    for (const name of names) {
      symlinkSync(at('packages', name), at('node_modules/@dl', name))
      symlinkSync(at('packages/backend-wasm/node_modules'), at('packages', name, 'node_modules'))
    }
    expect(node('scripts/examples.mjs')).toMatchObject({ code: 0 })
    writeFileSync(
      at('tsconfig.new.json'),
      JSON.stringify({ extends: './tsconfig.json', include: all() }),
    )
    const types = node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.new.json')
    expect(types).toEqual({ code: 0, stdout: '', stderr: '' })

    const tests = [...all().filter(path => path.endsWith('.test.ts')), ...examplesOf('tried')]
    const projects = ['--project', 'cpu', '--project', 'tried-backend']
    // of tests that were there, what has a list
    const only = ['-t', 'ried|leaves out no|knows right|covers every']
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', ...projects]
    const ran = node(...vitest, ...only, ...tests)
    const report = JSON.parse(ran.stdout.slice(ran.stdout.indexOf('{"numTotal')))
    const results: Result[] = report.testResults
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([])
    const passed = results
      .filter(({ assertionResults: all }) => all.some(({ status }) => status === 'passed'))
      .map(({ name }) => relative(copy, name))
    expect(passed).toEqual(expect.arrayContaining(tests))
  })
})
