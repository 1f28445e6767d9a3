/** Every program of this repository: what may be on its command line, and what it says to the rest. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nearest, readArgs } from '../options.mjs'
import { programsIn, root } from '../workspace.mjs'

interface CommandLine {
  HELP: string
  readOptions(args: string[]): object
}

const examples = Object.fromEntries(
  Object.entries(
    import.meta.glob<CommandLine>('../../examples/*/src/options.ts', { eager: true }),
  ).map(([path, module]) => [path.split('/')[3]!, module]),
)
const folder = mkdtempSync(join(tmpdir(), 'dl-command-lines-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a program to its end. */
async function run(program: string, ...args: string[]) {
  const child = spawn(process.execPath, [join(root, program), ...args], { cwd: folder })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, stdout, stderr }
}

const complaint = (read: () => unknown): string => {
  try {
    read()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

it('each example reads its command line in options.ts', () => {
  const programs = programsIn('examples')
  expect(Object.keys(examples).sort()).toEqual(programs)
})

describe.each(Object.entries(examples))('%s', (name, { HELP, readOptions }) => {
  const unknown = complaint(() => readOptions(['--unknown']))
  const known = unknown.match(/--[\w-]+/g)!.slice(1)

  it('names what was meant', () => {
    const meant = 'There is no option --hlep; expected --help. With --help it lists them all.'
    expect(complaint(() => readOptions(['--hlep']))).toBe(meant)
    expect(unknown).toMatch(/^There is no option --unknown; expected one of --help .+\.$/)
    expect(complaint(() => readOptions(['-x']))).toMatch(/^There is no option -x; expected/)
    expect(complaint(() => readOptions(['stray']))).toMatch(/^There is no option stray; expected/)
  })

  it('explains all of them', () => {
    for (const option of known.slice(1)) expect(HELP).toContain(`${option} `)
  })

  it('takes words only where words are wanted', () => {
    const taken = known.slice(1).filter(option => {
      const message = complaint(() => readOptions([`${option}=many`]))
      if (message !== '') expect(message).toMatch(new RegExp(`${option}\\b.* expected `))
      return message === ''
    })
    const words = ['--corpus', '--data', '--image', '--load', '--out']
    expect(taken.filter(option => !words.includes(option))).toEqual([])
  })

  it('prints its help', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await run(`examples/${name}/dist/main.js`, '-h', '--hlep')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: HELP, stderr: '' })
  })
})

describe('the programs of the root', () => {
  it.each([
    ['scripts/example.mjs', [], /^No example was named; expected one of ablation, .+\.$/],
    [
      'scripts/example.mjs',
      ['cifar'],
      /^There is no example "cifar"; .+\. Did you mean cifar10\?$/,
    ],
    ['scripts/example.mjs', ['-x'], /^There is no example "-x"; expected one of .+\.$/],
    ['scripts/bench.mjs', ['kernel'], /^There is no suite "kernel"; .+\. Did you mean kernels\?$/],
    ['scripts/check.mjs', ['--fix'], /^There is no option --fix; expected one of --help\.$/],
    ['scripts/new.mjs', ['calback'], /^There is no kind "calback"; .+\. Did you mean callback\?$/],
    ['scripts/new.mjs', ['layer', 'Tanh'], /^The name is "Tanh"; .+ Did you mean tanh\?$/],
    [
      'scripts/release.mjs',
      [],
      /^Publishing is what the workflow release\.yml does; expected --dry-run\.$/,
    ],
    ['scripts/release.mjs', ['--dri'], /^There is no option --dri; expected one of .+--dry-run\.$/],
    ['benchmarks/dist/kernels.js', ['--quik'], /^There is no option --quik; expected --quick\./],
    ['benchmarks/dist/text.js', ['--only', 'x'], /^--only is "x"; expected one of characters/],
    ['benchmarks/dist/cells.js', ['--epochs', '-1'], /^--epochs is "-1"; expected an integer/],
    ['benchmarks/dist/lesson7/main.js', ['rnn'], /^There is no row "rnn"; expected one of .+\.$/],
    [
      'trust/dist/main.js',
      ['sock'],
      /^There is no trial "sock"; expected .+\. Did you mean soak\?$/,
    ],
    ['trust/dist/main.js', ['--tries', '-1'], /^--tries is "-1"; expected an integer of at least/],
  ])('%s %j is refused in one line', { timeout: 30_000 }, async (program, args, message) => {
    const { code, stdout, stderr } = await run(program, ...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trimEnd()).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
  })

  it.each([
    ['scripts/example.mjs', /ablation, .+rnn-from-scratch/],
    ['scripts/bench.mjs', /images, kernels/],
    ['scripts/check.mjs', /types, style/],
    ['scripts/new.mjs', /backend, callback/],
    ['scripts/release.mjs', /--dry-run/],
    ['scripts/test.mjs', /--project cpu/],
    ['benchmarks/dist/steps.js', /--quick/],
    ['benchmarks/dist/text.js', /--only/],
    ['benchmarks/dist/lesson7/main.js', /--twin/],
    ['trust/dist/main.js', /--tries/],
  ])('%s -h', { timeout: 30_000 }, async (program, text) => {
    const { code, stdout, stderr } = await run(program, '-h')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(text)
  })
})

const HEADER = '{"weight":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}'

/** Files that are no checkpoint of the program; the last is not there at all. */
const FOREIGN: Record<string, Uint8Array | string | null> = {
  'picture.png': Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d),
  'notes.txt': 'Weights: see the other folder.\n',
  'other.safetensors': Buffer.concat([
    Buffer.from(BigUint64Array.of(BigInt(HEADER.length)).buffer),
    Buffer.from(HEADER),
    Buffer.alloc(4),
  ]),
  'nowhere.safetensors': null,
}

describe.each(['char-lm', 'cam'])('%s --load', name => {
  it.each(Object.keys(FOREIGN))('%s', { timeout: 60_000 }, async file => {
    const path = join(folder, file)
    const bytes = FOREIGN[file]
    if (bytes) writeFileSync(path, bytes)
    const flags = ['--load', path, '--quick', '--json', '--backend', 'cpu']
    const { code, stdout, stderr } = await run(`examples/${name}/dist/main.js`, ...flags)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const said = stderr.trimEnd().split('\n').at(-1)
    expect(said).toContain(file)
    if (bytes) expect(said).toContain('; expected ')
    expect(stderr).not.toMatch(/^ {4}at /m)
  })
})

describe('near names', () => {
  it.each([
    ['hiden', 'hidden'],
    ['hlep', 'help'],
    ['HELP', 'help'],
    ['epoch', 'epochs'],
    ['hid', 'hidden'],
    ['unknown', null],
    ['x', null],
  ])('%s → %s', (given, name) => {
    expect(nearest(given, ['help', 'hidden', 'epochs', 'quick'])).toBe(name)
  })

  it('a value is no option, however it begins', () => {
    const options = { lr: { type: 'string' } } as const
    expect(readArgs(['--lr', '-1'], options).values).toEqual({ lr: '-1' })
    expect(readArgs(['--lr=--x'], options).values).toEqual({ lr: '--x' })
    expect(readArgs(['--lr'], options).complaint?.problem).toMatch(/--lr/)
  })
})
