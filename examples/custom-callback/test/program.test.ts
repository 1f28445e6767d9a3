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

it('writes a line and the norm of the gradients after each epoch', () => {
  const { status, stdout, stderr } = run('--quick', '--json')
  expect(stderr).toContain('|grad|')
  expect(status).toBe(0)
  const { entries, learnt } = JSON.parse(stdout.trim().split('\n').at(-1)!)
  expect(entries).toHaveLength(2)
  for (const [epoch, entry] of entries.entries()) {
    expect(entry.epoch).toBe(epoch)
    expect(entry.line).toMatch(/^'Twas/)
    expect(entry.gradientNorm).toBeGreaterThan(0)
  }
  expect(entries[1].loss).toBeLessThan(entries[0].loss)
  expect(learnt).toBe(false)
})

it('says what is wrong with a seed', () => {
  const { status, stderr } = run('--quick', '--seed', 'x')
  expect(status).toBe(1)
  expect(stderr).toContain('--seed is "x"; expected an integer of at least 0.')
})
