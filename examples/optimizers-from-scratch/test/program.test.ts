import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-optimizers-'))
})

afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, '--out', folder, ...args], { encoding: 'utf8' })

it('draws a picture of each surface and reports in one line of JSON', async () => {
  const { status, stdout, stderr } = run('--quick', '--json')
  expect(status).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  const { surfaces } = JSON.parse(stdout)
  expect(surfaces.map(({ name, steps }: { name: string; steps: number }) => [name, steps])).toEqual(
    [
      ['line', 6],
      ['bowl', 6],
      ['rosenbrock', 50],
    ],
  )
  for (const { file, descents } of surfaces) {
    const svg = await readFile(file, 'utf8')
    expect(svg.match(/class="way"/g)).toHaveLength(6)
    expect(descents.map(({ rule }: { rule: string }) => rule).join(' ')).toBe(
      'sgd momentum nesterov adagrad rmsprop adam',
    )
    expect(stderr).toContain(file)
  }
})

it('walks with the rules and the rate asked for', () => {
  const { stdout } = run('--surface', 'bowl', '--rules', 'adam,sgd', '--lr', '0.01', '--json')
  const [{ descents, steps }] = JSON.parse(stdout).surfaces
  expect(steps).toBe(60)
  expect(descents.map(({ rule, lr }: { rule: string; lr: number }) => [rule, lr])).toEqual([
    ['adam', 0.01],
    ['sgd', 0.01],
  ])
})

it.each([
  [['--surface', 'hill'], '--surface is "hill"; expected one of line, bowl, rosenbrock.'],
  [['--rules', 'adam,lion'], '--rules is "lion"; expected one of sgd, momentum,'],
  [['--lr=-1'], '--lr is "-1"; expected a number above 0.'],
  [['--steps', '0'], '--steps is "0"; expected an integer of at least 1.'],
])('refuses %j', (args, message) => {
  const { status, stdout, stderr } = run(...args.map(arg => arg))
  expect(status).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain(message)
})
