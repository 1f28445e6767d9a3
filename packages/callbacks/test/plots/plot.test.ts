import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cosAnneal, lossRecorder, oneCycle, plot } from '@dl/callbacks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { optimizer, rehearse } from '../rehearsal'

let folder: string
let written: string
const stream = {
  write(text: string) {
    written += text
  },
}

beforeEach(async () => {
  written = ''
  folder = await mkdtemp(join(tmpdir(), 'dl-plot-'))
})
afterEach(() => rm(folder, { recursive: true }))

const run = { epochs: 3, loss: (step: number) => 4 - step / 20 }

test('two files at the end of the run, and a chart in the terminal', async () => {
  const lo = optimizer(0.01)
  const picture = plot({ path: join(folder, 'char-'), title: 'CharLM', stream })
  const validate = (epoch: number) => ({ valLoss: 3 - epoch })
  await rehearse([picture, cosAnneal(lo, { cycleMult: 2 })], { ...run, lo, validate })
  expect(await readdir(folder)).toEqual(['char-loss.svg', 'char-lr.svg'])
  expect(picture.paths).toEqual(['loss', 'lr'].map(what => join(folder, `char-${what}.svg`)))
  const loss = await readFile(picture.paths[0]!, 'utf8')
  expect(loss).toBe(picture.lossSvg())
  for (const part of ['CharLM: loss', 'training, smoothed', 'validation', 'cycle 1']) {
    expect(loss).toContain(part)
  }
  expect(loss.split('<circle')).toHaveLength(1 + 3 + 1) // three epochs and the legend
  expect(await readFile(picture.paths[1]!, 'utf8')).toContain('CharLM: learning rate')
  expect(written).toBe(`\n${picture}\n`)
})

test('momentum has a file of its own where it varies', async () => {
  const lo = optimizer(0.01)
  const picture = plot({ path: `${folder}/`, title: 'CharLM', print: false, optimizer: lo })
  await rehearse([picture, oneCycle(lo)], { ...run, lo })
  expect(await readdir(folder)).toEqual(['loss.svg', 'lr.svg', 'momentum.svg'])
  expect(await readFile(picture.paths[2]!, 'utf8')).toContain('CharLM: momentum')
  await rehearse([picture, cosAnneal(lo)], { ...run, lo })
  expect(picture.momentumSvg()).toBeNull()
  expect(picture.paths).toHaveLength(2)
})

test('without validation, without files, without print', async () => {
  const picture = plot({ path: false, print: false, stream })
  await rehearse([picture], run)
  expect([picture.paths, written]).toEqual([[], ''])
  expect(picture.lossSvg()).not.toContain('validation')
  expect(picture.recorder.losses).toHaveLength(30)
})

test('a run that breaks is drawn as far as it went; one without a batch is not', async () => {
  const picture = plot({ path: `${folder}/`, print: false })
  const fails = {
    name: 'fails',
    onBatchBegin({ step }: { step: number }) {
      if (step === 7) throw new Error('stop')
    },
  }
  await expect(rehearse([picture, fails], run)).rejects.toThrow('stop')
  expect(picture.recorder.losses).toHaveLength(7)
  expect(picture.paths).toHaveLength(2)
  await rehearse([picture], { epochs: 0 })
  expect(picture.paths).toEqual([])
})

test('it lives beside a recorder of your own, and resumes', async () => {
  const picture = plot({ path: false, print: false })
  const recorder = lossRecorder()
  await rehearse([picture, recorder], run)
  expect(picture.recorder.losses).toEqual(recorder.losses)
  const resumed = plot({ path: false, print: false })
  resumed.restore?.(picture.state?.())
  await rehearse([resumed], { batches: 1 })
  expect(resumed.recorder.losses).toHaveLength(31)
})
