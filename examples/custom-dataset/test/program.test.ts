import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const backend = process.env.DL_TEST_BACKEND!

function run(...args: string[]) {
  const all = [program, '--backend', backend, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

it('learns from the data set, and goes on where a wave ends', () => {
  const { status, stdout, stderr } = run('--quick', '--json')
  expect(stderr).toContain('● the model')
  expect(status).toBe(0)
  const { history, drawn, off } = JSON.parse(stdout.trim().split('\n').at(-1)!)
  expect(history).toHaveLength(2)
  // a wave's own mean square is about 0.29
  expect(history[1].valLoss).toBeLessThan(history[0].valLoss)
  expect(history[1].valLoss).toBeLessThan(0.1)
  expect(drawn).toHaveLength(72)
  expect(off).toBeLessThan(1)
})

it('says what is wrong with a number of epochs', () => {
  const { status, stderr } = run('--epochs', 'x')
  expect(status).toBe(1)
  expect(stderr).toBe('--epochs is "x"; expected an integer of at least 1.\n')
})
