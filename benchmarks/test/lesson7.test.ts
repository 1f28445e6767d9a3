/** The lesson's runs: quick forms learn, other settings are refused, what was cut off goes on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendInfo, Generator } from '@dl/core'
import { setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import '@dl/backend-wasm'
import { type CurveRow, readCurve } from '../src/lesson7/curve'
import { readOptions } from '../src/lesson7/options'
import { runOurs } from '../src/lesson7/ours'
import { placesOf, type Run } from '../src/lesson7/places'
import { quickOf } from '../src/lesson7/quick'
import { checkSame, settingsOf, writeRecord } from '../src/lesson7/record'
import { committedRuns } from '../src/lesson7/report/runs'
import { ROWS, type Row, type RowName, STUDIES } from '../src/lesson7/rows'
import { taskOf } from '../src/lesson7/task'
import { trainRow } from '../src/lesson7/train-row'

const NAMES = Object.keys(ROWS) as RowName[]
let folder: string

beforeAll(async () => {
  await setBackend('wasm')
  folder = await mkdtemp(join(tmpdir(), 'dl-lesson7-'))
})

afterAll(() => rm(folder, { recursive: true }))

const signal = new AbortController().signal
const say = () => {}
const stream = { isTTY: false, write: say }

const runOf = (name: RowName, changes: Partial<Run> = {}): Run => ({
  ...{ name, row: ROWS[name], seed: 1, epochs: 1, data: 'nietzsche', quick: false, threads: 1 },
  ...{ places: placesOf(name, 1, folder, false), signal, say, ...changes },
})

describe('quick forms are better than guessing', () => {
  it.each(NAMES)('%s', async name => {
    const row: Row = quickOf(ROWS[name])
    const own = { seed: 1, quick: true, folder: join(folder, name), say }
    const task = await taskOf(row, { data: 'embedded', ...own })
    const curve = join(folder, `quick-${name}.csv`)
    const { phases } = row
    const rows = await trainRow(row, task, { phases, curve, stream, signal, ...own })
    task.model.dispose()
    const { valLoss, accuracy } = rows!.at(-1)!
    if (row.measure === 'valLoss') expect(valLoss).toBeLessThan(0.85 * task.chance)
    else expect(accuracy).toBeGreaterThan(1.3 * task.chance)
  })
})

describe('another configuration is refused, and the difference named', () => {
  const attempt = async (known: Partial<Run>, now: Partial<Run>) => {
    const { places } = runOf('convnet')
    await writeRecord(places.record, settingsOf(runOf('convnet', known)) as never)
    return checkSame(places.record, settingsOf(runOf('convnet', now))).then(
      () => null,
      (error: Error) => error.message.replace(folder, '…'),
    )
  }
  const changed = (changes: object): Partial<Run> => ({ row: { ...ROWS.convnet, ...changes } })

  it('none where they are the same', async () => {
    expect(await attempt({}, {})).toBeNull()
  })

  it.each([
    [{ seed: 2 }, {}, 'seed 2; expected 1'],
    [{}, { data: 'tiny' }, 'data "nietzsche"; expected "tiny"'],
    [changed({ wd: 0.1 }), {}, 'wd 0.1; expected 0'],
    [changed({ phases: [{ lr: 1, epochs: 2 }] }), {}, 'phases [{"lr":1,"epochs":2}]; expected [{'],
    [{}, changed({ bs: 64 }), 'net undefined; expected {"model":"convnet","bs":64}'],
  ])('%#: %j, then %j', async (known, now, difference) => {
    const message = await attempt(known, now)
    expect(message).toContain(`the curve beside …/convnet-s1.json had ${difference}`)
    expect(message).toContain('Name another folder by --out')
  })
})

/** All but the time it took. */
const numbers = (rows: readonly CurveRow[]) => rows.map(({ seconds: _, ...row }) => row)

/** The seed is part of a failure's message, so that it can be had again. */
const seed = Number(process.env.DL_TEST_SEED ?? Date.now() % 1e6)

it(`a committed run's first epoch can be had again to the last digit (DL_TEST_SEED=${seed})`, async ctx => {
  if (!process.env.DL_DATA)
    return ctx.skip('DL_DATA names no folder with the text and the pictures')
  const short = (await committedRuns()).filter(({ curve, peer, record }) => {
    const { backend } = record as Partial<{ backend: string }>
    return !peer && curve[0]!.seconds < 10 && backend === 'wasm'
  })
  if (short.length === 0) return ctx.skip('no short run is committed')
  const { record, curve } = short[new Generator(seed).int(short.length)]!
  const { row: name, seed: itsSeed, data } = record
  const run = runOf(name, { seed: itsSeed, data, places: placesOf(name, itsSeed, folder, false) })
  await runOurs(run, backendInfo())
  expect(numbers(await readCurve(run.places.partial)), name).toEqual(numbers(curve.slice(0, 1)))
})

describe('the command line', () => {
  it('takes rows, studies and seeds', () => {
    const { rows, seeds } = readOptions(['convnet', 'frozen-bn', 'bn-frozen', '--seed', '1,3'])
    expect(rows).toEqual(['convnet', ...STUDIES['frozen-bn']])
    expect(seeds).toEqual([1, 3])
  })

  it('takes all, the short ones first', () => {
    const { rows } = readOptions(['--all'])
    expect([...rows].sort()).toEqual([...NAMES].sort())
    expect(rows.at(-1)).toBe('lstm-sgdr-63')
  })

  it.each([
    [[], 'no row is named; expected some of rnn-8char'],
    [['convnet3'], 'There is no row "convnet3"; expected one of rnn-8char'],
    [['convnet', '--seed', '1,x'], '--seed is "x"; expected an integer'],
    [['convnet', '--twin', '--quick'], '--twin and --quick are both there; expected one of them'],
  ])('%j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message)
  })
})
