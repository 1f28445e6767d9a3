import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Callback, csvLog, type TrainContext } from '@dl/callbacks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { optimizer, rehearse } from './rehearsal'

let folder: string
let path: string
let batches: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-csv-'))
  path = join(folder, 'run.csv')
  batches = join(folder, 'batches.csv')
})
afterEach(() => rm(folder, { recursive: true }))

const read = (file = path) => readFile(file, 'utf8')
const validate = (epoch: number) => ({ valLoss: 2 - epoch, accuracy: epoch / 2 })
const run = { epochs: 2, batches: 2, lo: optimizer(0.5), validate, loss: () => 0 }

test('a row for each epoch', async () => {
  await rehearse([csvLog(path)], run)
  expect(await read()).toMatchInlineSnapshot(`
    "epoch,step,lr,trnLoss,valLoss,accuracy
    0,2,0.5,0,2,0
    1,4,0.5,0,1,0.5
    "
  `)
  expect(await readdir(folder)).toEqual(['run.csv'])
})

test('a row for each batch, in a second file', async () => {
  await rehearse([csvLog(path, { batches })], { ...run, loss: step => step })
  expect(await read(batches)).toMatchInlineSnapshot(`
    "epoch,batch,step,lr,loss
    0,1,1,0.5,0
    0,2,2,0.5,1
    1,1,3,0.5,2
    1,2,4,0.5,3
    "
  `)
})

test('a second run goes on under the same header, or replaces it', async () => {
  await rehearse([csvLog(path)], run)
  const first = await read()
  await rehearse([csvLog(path)], run)
  expect(await read()).toBe(first + first.slice(first.indexOf('\n') + 1))
  await rehearse([csvLog(path, { append: false })], run)
  expect(await read()).toBe(first)
})

test('batches are written also when the run breaks', async () => {
  const breaks = {
    name: 'breaks',
    onBatchBegin({ step }: { step: number }) {
      if (step === 3) throw new Error('out of memory')
    },
  }
  await expect(rehearse([csvLog(path, { batches }), breaks], run)).rejects.toThrow('out of memory')
  expect((await read(batches)).split('\n')).toHaveLength(1 + 3 + 1)
  expect((await read()).split('\n')).toHaveLength(1 + 1 + 1)
})

/** Runs `epochs` epochs and gives the state that `log` had when `step` batches were done. */
async function stateAt(step: number, log: Callback, epochs: number): Promise<unknown> {
  let saved = ''
  const save = (ctx: TrainContext) => {
    if (ctx.step === step) saved = JSON.stringify(log.state?.())
  }
  const saver = { name: 'saver', order: 10, onBatchEnd: save, onEpochEnd: save }
  await rehearse([log, saver], { ...run, epochs })
  return JSON.parse(saved)
}

test('a resumed run drops what came after its checkpoint', async () => {
  await rehearse([csvLog(path, { batches })], { ...run, epochs: 3 })
  const whole = [await read(), await read(batches)]
  await rm(path)
  await rm(batches)

  // killed after epoch 1, with a checkpoint from the end of epoch 0
  const state = await stateAt(2, csvLog(path, { batches }), 2)
  const resumed = csvLog(path, { batches, append: false })
  resumed.restore?.(state)
  await rehearse([resumed], { ...run, epochs: 3, from: { epoch: 1, step: 2 } })
  expect([await read(), await read(batches)]).toEqual(whole)
})

test('a checkpoint in the middle of an epoch holds the batches not yet written', async () => {
  const state = await stateAt(3, csvLog(path, { batches }), 2)
  expect(state).toEqual({ epochs: 1, batches: 2, pending: ['1,1,3,0.5,0'] })
  const resumed = csvLog(path, { batches })
  resumed.restore?.(state)
  await rehearse([resumed], { epochs: 0 })
  expect((await read(batches)).split('\n').slice(-2)).toEqual(['1,1,3,0.5,0', ''])
  expect((await read(batches)).split('\n')).toHaveLength(1 + 3 + 1)
})

test('a row without validation has empty cells; one with a new metric is refused', async () => {
  await rehearse([csvLog(path)], run)
  await rehearse([csvLog(path)], { batches: 1, lo: run.lo, loss: () => 0 })
  expect((await read()).trimEnd().split('\n').at(-1)).toBe('0,1,0.5,0,,')
  const more = { ...run, validate: () => ({ valLoss: 1, f1: 0.5 }) }
  await expect(rehearse([csvLog(path)], more)).rejects.toThrow(
    /has the columns epoch, step, lr, trnLoss, valLoss, accuracy, and none for f1; expected a file of the same run/,
  )
})

test("another program's file is refused before training, and left as it is", async () => {
  await writeFile(path, 'name,age\nAda,36\n')
  let trained = false
  const watch = {
    name: 'watch',
    onEpochBegin() {
      trained = true
    },
  }
  await expect(rehearse([csvLog(path), watch], run)).rejects.toMatchObject({ code: 'csv-columns' })
  expect(trained).toBe(false)
  expect(await read()).toBe('name,age\nAda,36\n')
})

test('names with commas and quotes come back as they were', async () => {
  const odd = { ...run, validate: () => ({ 'top "5", all': 1 }) }
  await rehearse([csvLog(path)], odd)
  await rehearse([csvLog(path)], odd)
  expect((await read()).split('\n')[0]).toBe('epoch,step,lr,trnLoss,"top ""5"", all"')
  expect((await read()).trimEnd().split('\n')).toHaveLength(1 + 4)
})

test('rows are added, and those of another log in the same file stay', async () => {
  const inode = async () => (await stat(path)).ino
  await rehearse([csvLog(path)], run)
  const before = await inode()
  const header = (await read()).split('\n')[0]!
  const other = { name: 'other', onEpochEnd: () => appendFile(path, '9,9,9,9,9,9\n') }
  await rehearse([csvLog(path), other], run)
  expect(await inode()).toBe(before)
  expect((await read()).split('\n')).toEqual([
    header,
    ...['0,2,0.5,0,2,0', '1,4,0.5,0,1,0.5'],
    ...['0,2,0.5,0,2,0', '9,9,9,9,9,9', '1,4,0.5,0,1,0.5', '9,9,9,9,9,9'],
    '',
  ])
})

test('a last line that a killed run left unfinished is left out, and told', async () => {
  await rehearse([csvLog(path)], run)
  const whole = await read()
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  for (const cut of [1, 5, 12]) {
    await writeFile(path, whole.slice(0, -cut))
    await rehearse([csvLog(path)], { ...run, epochs: 1 })
    const [header, first] = whole.split('\n')
    expect(await read()).toBe(`${header}\n${first}\n0,2,0.5,0,2,0\n`)
    expect(String(warn.mock.calls.at(-1))).toContain('has no end, as a killed run leaves it')
  }
  warn.mockRestore()
})

test('a resumed run leaves out a torn line, too', async () => {
  await rehearse([csvLog(path)], run)
  const whole = await read()
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  await writeFile(path, `${whole}2,6,0.`)
  const resumed = csvLog(path)
  resumed.restore?.({ epochs: 1, batches: 0, pending: [] })
  await rehearse([resumed], { ...run, from: { epoch: 1, step: 2 } })
  expect(await read()).toBe(whole)
  warn.mockRestore()
})
