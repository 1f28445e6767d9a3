import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const backend = process.env.DL_TEST_BACKEND!
const SMALL = ['--hidden', '16', '--bs', '8', '--backend', backend]
let folder: string
let corpus: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-char-lm-'))
  corpus = join(folder, 'corpus.txt')
  const row = 'What if truth were a woman, what then, for those who looked?\n'
  await writeFile(corpus, row.repeat(200))
})

afterAll(() => rm(folder, { recursive: true }))

/** Runs the program to its end; `during` may interfere as its messages come. */
async function run(args: string[], during?: (child: ChildProcess, stderr: string) => void) {
  const env = { ...process.env, NO_COLOR: '1', DL_DATA: '', DL_CACHE: join(folder, 'cache') }
  const child = spawn(process.execPath, [program, ...args], { env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
    during?.(child, stderr)
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, stdout, stderr, report: () => JSON.parse(stdout.trim().split('\n').at(-1)!) }
}

it('trains, writes checkpoint and plots, and reports in one line of JSON', async () => {
  const out = join(folder, 'quick')
  const { code, report } = await run([
    '--quick',
    '--json',
    '--corpus',
    corpus,
    '--out',
    out,
    ...SMALL,
  ])
  expect(code).toBe(0)
  const { checkpoints, plots, history, sample, ...rest } = report()
  expect(rest).toMatchObject({ corpus, batches: 40, backend, seed: 42 })
  expect(rest.threads).toBe(backend === 'wasm' ? Math.min(16, availableParallelism()) : 1)
  expect(rest.tokens).toBe(9761)
  expect(rest.vocab).toBe(22)
  expect(rest.nominalBatches).toBe(151)
  expect(rest.msPerBatch).toBeGreaterThan(0)
  expect(history).toEqual([{ epoch: 0, trnLoss: expect.any(Number), valLoss: rest.valLoss }])
  expect(checkpoints).toEqual([join(out, 'cyc_0.safetensors')])
  expect(plots).toEqual([join(out, 'loss.svg'), join(out, 'lr.svg')])
  expect(await readFile(plots[0], 'utf8')).toMatch(/^<svg.*<\/svg>\s*$/s)
  expect(sample).toMatch(/^for thos/)

  const again = await run(['--load', checkpoints[0], '--json', '--backend', backend])
  expect(again.report().valLoss.toFixed(6)).toBe(rest.valLoss.toFixed(6))
})

it('ends cleanly on Ctrl-C: checkpoints kept, plots and text still written', async () => {
  const out = join(folder, 'interrupted')
  let sent = false
  const args = ['--json', '--corpus', corpus, '--epochs', '127', '--cycle-mult', '1', '--out', out]
  const { code, report, stderr } = await run([...args, ...SMALL], (child, soFar) => {
    if (sent || !soFar.includes('cycle 0 ends')) return
    sent = true
    child.kill('SIGINT')
  })
  expect(stderr).toContain('Stopped early: it was aborted.')
  expect(code).toBe(0)
  expect(report().history.length).toBeLessThan(127)
  expect(existsSync(report().checkpoints[0])).toBe(true)
  expect(existsSync(report().plots[0])).toBe(true)
})

it('goes on with --resume to the losses of a run that was not stopped', async () => {
  const out = join(folder, 'stopped')
  const args = ['--quick', '--json', '--corpus', corpus, '--epochs', '3', ...SMALL]
  const whole = (await run([...args, '--out', join(folder, 'whole')])).report()
  let sent = false
  const first = await run([...args, '--out', out], (child, soFar) => {
    if (sent || !soFar.includes('cycle 0 ends')) return
    sent = true
    child.kill('SIGTERM')
  })
  expect(first.code).toBe(0)
  expect(first.stderr).toContain(
    `To go on:\n  npm run example char-lm -- --quick --json --corpus ${corpus} --epochs 3`,
  )
  expect(first.stderr).toContain(`--resume --out ${out}\n`)
  expect(first.report().history.length).toBeLessThan(3)

  const again = await run([...args, '--out', out])
  expect(again.code).toBe(1)
  expect(again.stderr).toMatch(/holds a run already; .+ Go on with that run: --resume\./)

  const resumed = await run([...args, '--resume', '--out', out])
  expect(resumed.stderr).toContain(`Went on from ${out}/checkpoint`)
  const { history, valLoss, checkpoints } = resumed.report()
  expect({ history, valLoss }).toEqual({ history: whole.history, valLoss: whole.valLoss })
  expect(checkpoints).toHaveLength(whole.checkpoints.length)

  const none = await run([...args, '--resume', '--out', join(folder, 'nowhere')])
  expect(none.stderr).toMatch(/there is no run in .+nowhere to go on with/)
})

it('finds a learning rate and draws how', async () => {
  const out = join(folder, 'lr-find')
  const args = ['--lr-find', '--json', '--corpus', corpus, '--out', out]
  const { code, report } = await run([...args, ...SMALL])
  expect(code).toBe(0)
  const { suggestion, plots } = report()
  expect(suggestion).toBeGreaterThan(1e-5)
  expect(suggestion).toBeLessThan(10)
  expect(await readFile(plots[0], 'utf8')).toContain('Learning rate finder')
})

describe('bad input ends with one message and code 1', () => {
  const message = async (...args: string[]) => {
    const { code, stderr, stdout } = await run(['--quick', '--backend', backend, ...args])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    return stderr.trim().split('\n').at(-1)!.replaceAll(folder, '…')
  }

  it('a flag that does not exist', async () => {
    expect(await message('--hiden', '8')).toMatch(
      /^There is no option --hiden; expected --hidden\./,
    )
  })

  it('numbers that are none', async () => {
    expect(await message('--bptt', '0')).toBe('--bptt is "0"; expected an integer of at least 1.')
  })

  it('a corpus that is not there, empty, too short or not text', async () => {
    expect(await message('--corpus', join(folder, 'nowhere.txt'))).toMatch(/nowhere\.txt/)
    const empty = join(folder, 'empty')
    await mkdir(empty)
    expect(await message('--corpus', empty)).toMatch(/…\/empty/)
    const short = join(folder, 'short.txt')
    await writeFile(short, 'a\nb\nc\nd\ne\nf\n')
    expect(await message('--corpus', short)).toMatch(/bs.*bptt/)
    const binary = join(folder, 'binary.txt')
    await writeFile(binary, Uint8Array.of(65, 0xff, 0xfe, 66))
    expect(await message('--corpus', binary)).toMatch(/binary\.txt/)
  })

  it('a data set that cannot be had', async () => {
    expect(await message('--corpus', 'nietzsche')).toMatch(/DL_DATA/)
  })

  it('an output folder that cannot be written', async () => {
    const { code, stderr } = await run([
      ...['--quick', '--corpus', corpus, '--out', join(corpus, 'below-a-file')],
      ...SMALL,
    ])
    expect(code).toBe(1)
    expect(stderr).toMatch(/below-a-file/)
  })
})

it('trains on the embedded text when nothing else can be had, and says so', async () => {
  const { code, stderr, report } = await run([
    ...['--quick', '--json', '--out', join(folder, 'embedded')],
    ...SMALL,
  ])
  expect(stderr).toContain("Training on the TypeScript library's declaration files instead.")
  expect(code).toBe(0)
  expect(report().corpus).toBe('embedded')
})
