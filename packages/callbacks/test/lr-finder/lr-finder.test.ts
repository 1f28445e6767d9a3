import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LrFinderOptions, lrFinder, plot } from '@dl/callbacks'
import { Buffer, defaultGenerator, manualSeed, Parameter } from '@dl/core'
import { add, clone, type Tensor, tensor1d } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sweep } from '../../src/lr-finder/sweep'
import { lrsOf, optimizer, rehearse, type Script } from '../rehearsal'

/** fast.ai 0.7's LR_Finder with nb 10, from 1e-5 to 10. */
const TEN = [
  1e-5, 3.98107e-5, 1.58489e-4, 6.30957e-4, 2.51189e-3, 0.01, 0.0398107, 0.158489, 0.630957,
  2.51189,
]

test.each(TEN.map((lr, i) => [i, lr]))('geometric: number %i of 10 has %f', (i, lr) => {
  expect(Number(sweep(1e-5, 1e6, false)(i / 10).toPrecision(6))).toBe(lr)
})

test('the longer sweeps of the reference, and a linear one', () => {
  const at = (batch: number, end: number) =>
    Number(sweep(1e-5, end / 1e-5, false)((batch - 1) / 196).toPrecision(4))
  expect([at(1, 10), at(98, 10), at(196, 10)]).toEqual([1e-5, 0.009319, 9.319])
  expect([at(138, 100), at(196, 100)]).toEqual([0.7814, 92.11])
  expect([0, 0.5, 0.9].map(sweep(1e-5, 1e6, true))).toEqual([0, 5, 9])
})

/** A model and an optimizer with something to restore. */
let weight: Parameter
let hidden: Buffer
beforeEach(() => {
  weight = new Parameter(() => tensor1d([1, 2]))
  hidden = new Buffer(() => tensor1d([0]), { persistent: false })
})
afterEach(() => {
  weight.dispose()
  hidden.dispose()
})

function subjects(...baseLrs: number[]) {
  const slot = { step: 7 }
  const model = {
    stateDict: () => ({ weight: clone(weight.value) }),
    loadStateDict: (state: Record<string, Tensor>) => weight.assign(state.weight!),
    namedBuffers: () => [['hidden', hidden]] as const,
  }
  const lo = Object.assign(optimizer(...baseLrs), {
    stateDict: () => ({
      tensors: { m: tensor1d([slot.step]) },
      values: { step: slot.step, lrs: lo.lrs },
    }),
    loadStateDict({ values }: { values: object }) {
      const { step, lrs } = values as { step: number; lrs: number[] }
      slot.step = step
      lo.setLrs(lrs)
    },
  })
  /** Training: everything changes at each batch. */
  const change = {
    name: 'change',
    onBatchBegin() {
      const next = add(weight.value, 1)
      weight.assign(next)
      next.dispose()
      hidden.write(() => tensor1d([9]))
      slot.step++
      defaultGenerator().next()
    },
  }
  return { model, lo, slot, change }
}

/** A fall, and past lr 1 a flight. */
const valleyLoss = (lo: { lr: number }) => () =>
  lo.lr > 1 ? 100 * lo.lr : 3 - 0.3 * Math.log10(lo.lr * 1e5)

async function find(options: LrFinderOptions = {}, script: Script = {}) {
  const { model, lo, change } = subjects(1e-3)
  const finder = lrFinder(model, lo, options)
  const { log, reason } = await rehearse([finder, change], {
    batches: 100,
    lo,
    loss: valleyLoss(lo),
    ...script,
  })
  return { result: finder.result!, lrs: lrsOf(log), reason }
}

test('stops past four times the best; the batch that stops it is not recorded', async () => {
  const { result, lrs, reason } = await find()
  expect(result.lrs[0]).toBe(1e-5)
  expect(result.lrs).toHaveLength(lrs.length - 1)
  expect(result.losses).toHaveLength(lrs.length - 1)
  expect(result.smoothed).toHaveLength(lrs.length - 1)
  const best = Math.min(...result.smoothed)
  expect(Math.max(...result.smoothed)).toBeLessThanOrEqual(4 * best)
  expect(reason).toMatch(/^the loss left its valley at lr \d/)
  expect(result.suggestion).toBe(result.suggestions.valley)
  expect(result.suggestion).toBeLessThan(1)
  expect(result.suggestion).toBeGreaterThan(1e-4)
})

test('or goes to the end, in one epoch or more, or for a number of batches', async () => {
  const on = { stopEarly: false }
  expect((await find(on)).result.lrs).toHaveLength(100)
  const epochs = await find(on, { epochs: 4, batches: 25 })
  expect(epochs.lrs).toEqual((await find(on)).lrs)
  const short = await find({ ...on, batches: 10 }, { batches: 100 })
  expect(short.result.lrs.map(lr => Number(lr.toPrecision(6)))).toEqual(TEN)
  expect(short.reason).toBe('the learning rate reached its end')
})

test('a best loss counts after some batches only', async () => {
  // 0.1 at first, then 1: four times the first best
  const loss = (step: number) => (step === 0 ? 0.1 : 1)
  expect((await find({}, { loss })).result.losses).toHaveLength(100)
  expect((await find({ settle: 0 }, { loss })).result.losses).toHaveLength(1)
})

test('stops at NaN without recording it', async () => {
  const { result, reason } = await find({}, { loss: step => (step === 30 ? Number.NaN : 2) })
  expect(result.losses).toHaveLength(30)
  expect(reason).toMatch('the loss left its valley')
  expect(result.svg()).not.toContain('NaN')
})

test('groups keep their proportions; rates of their own come first', async () => {
  const run = async (startLr?: number[]) => {
    const { model, lo } = subjects(0.1, 0, 1)
    const finder = lrFinder(model, lo, { linear: false, ...(startLr && { startLr }) })
    const { log } = await rehearse([finder], { batches: 2, lo })
    return log.slice(0, 2)
  }
  expect(await run()).toEqual(['lr 0.000001,0,0.00001', 'lr 0.001,0,0.01'])
  expect(await run([1e-3, 1e-2, 0.1])).toEqual(['lr 0.001,0.01,0.1', 'lr 0.01,0.1,1'])
})

test('a linear sweep starts at 0 and is drawn on a linear axis', async () => {
  const { result, lrs } = await find({ linear: true, endLr: 1 }, { loss: step => 3 - step / 50 })
  expect(lrs.slice(0, 3)).toEqual([0, 0.01, 0.02])
  expect(result.suggestion).toBeGreaterThan(0)
  expect(result.svg()).toContain('>0.2<')
})

test('everything is as before, at the end and after an error', async () => {
  for (const breaks of [false, true]) {
    manualSeed(3)
    const before = defaultGenerator().state()
    const { model, lo, slot, change } = subjects(1e-3)
    const loader = {
      at: 0,
      state: () => ({ epoch: loader.at }),
      restore: () => void (loader.at = 0),
    }
    const finder = lrFinder(model, lo, { loader })
    const fail = {
      name: 'fail',
      onEpochEnd() {
        loader.at = 1
        if (breaks) throw new Error('disk full')
      },
    }
    const run = rehearse([finder, change, fail], { batches: 20, lo })
    if (breaks) await expect(run).rejects.toThrow('disk full')
    else await run
    expect([...(await weight.value.data())]).toEqual([1, 2])
    expect([...(await hidden.value.data())]).toEqual([0])
    expect([slot.step, lo.lrs, loader.at]).toEqual([7, [1e-3], 0])
    expect(defaultGenerator().state()).toEqual(before)
    expect(finder.result!.losses).toHaveLength(20)
  }
})

test('a model that is NaN at once is an error that says so', async () => {
  const run = find({}, { loss: () => Number.NaN })
  await expect(run).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DlError: lrFinder: the loss of the first batch is NaN, at lr 0.00001; expected a finite number before any learning. Look for NaN in the data and in the initial weights.]`,
  )
  expect([...(await weight.value.data())]).toEqual([1, 2])
})

test('the curve as a file and in the terminal, over the logarithm of lr', async () => {
  const { result } = await find()
  const svg = result.svg({ title: 'CharLM' })
  for (const part of ['CharLM', 'learning rate', 'training loss', 'valley ', '>0.001<']) {
    expect(svg).toContain(part)
  }
  const [axis, , found] = result.toString({ width: 40, height: 3 }).split('\n').slice(-3)
  expect(axis).toMatch(/^ +1e-5 +\d/)
  expect(found).toMatch(/^suggestion: \S+ \(valley\)$/)
  expect((await find({ suggest: 'steepest' })).result.svg()).toContain('steepest ')
})

test('plot draws the finder it is given', async () => {
  const { model, lo } = subjects(1e-3)
  const finder = lrFinder(model, lo)
  let written = ''
  const stream = {
    write(text: string) {
      written += text
    },
  }
  const folder = await mkdtemp(join(tmpdir(), 'dl-finder-'))
  const picture = plot({ finder, path: join(folder, 'char-'), stream })
  expect(`${picture}`).toBe('the LR finder found nothing')
  await rehearse([picture, finder], { batches: 50, lo, loss: valleyLoss(lo) })
  expect(written).toBe(`\n${finder.result}\n`)
  expect(picture.paths).toEqual([join(folder, 'char-lr-finder.svg')])
  expect(await readFile(picture.paths[0]!, 'utf8')).toBe(finder.result!.svg())
  await rm(folder, { recursive: true })
})

test.each([
  [{ startLr: 0 }, "lrFinder's startLr is 0; expected a learning rate above 0."],
  [{ startLr: [] }, "lrFinder's startLr is []; expected a learning rate above 0."],
  [
    { endLr: 1e-6 },
    "lrFinder's endLr is 0.000001; expected a learning rate above the first, 0.00001.",
  ],
  [{ batches: 0 }, "lrFinder's batches is 0; expected an integer of at least 1."],
  [{ settle: -1 }, "lrFinder's settle is -1; expected an integer of at least 0."],
  [
    { suggest: 'slide' as 'valley' },
    `lrFinder's suggest is "slide"; expected 'valley' or 'steepest'.`,
  ],
])('%o is refused', (options, message) => {
  const { model, lo } = subjects(1)
  expect(() => lrFinder(model, lo, options)).toThrow(message)
})

test('says why it has no suggestion', async () => {
  const { model, lo } = subjects(1)
  const rising = lrFinder(model, lo)
  await rehearse([rising], { batches: 30, lo, loss: step => 1 + step / 100 })
  expect(rising.result!.suggestion).toBeNull()
  expect(String(rising.result).split('\n').at(-1)).toBe(
    'no suggestion: the loss fell nowhere, as that of a net that has learnt already',
  )
  const short = lrFinder(model, lo)
  await rehearse([short], { batches: 1, lo })
  expect(String(short.result).split('\n').at(-1)).toBe(
    'no suggestion: a sweep of 1 tells too little',
  )
})

test('wants to know how many batches there are, and refuses misspelt options', async () => {
  const { model, lo } = subjects(1)
  const stream = { batches: 30, announced: Number.POSITIVE_INFINITY, lo }
  await expect(rehearse([lrFinder(model, lo)], stream)).rejects.toThrow(
    'lrFinder does not know how many batches there will be; expected a loader with a length, or the option batches.',
  )
  const finder = lrFinder(model, lo, { batches: 12 })
  await rehearse([finder], stream)
  expect(finder.result!.lrs).toHaveLength(12)
  expect(() => lrFinder(model, lo, { stopearly: false } as object)).toThrow(
    'lrFinder has no option stopearly',
  )
})
