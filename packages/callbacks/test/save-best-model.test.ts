import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SaveBestModelOptions, saveBestModel } from '@dl/callbacks'
import { loadTensors } from '@dl/data'
import { tensor1d } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rehearse } from './rehearsal'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-best-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Which epochs were saved. */
async function run(
  rows: readonly Record<string, number>[],
  options: SaveBestModelOptions = {},
): Promise<number[]> {
  const epochs: number[] = []
  const model = { stateDict: () => ({ w: tensor1d([epochs.length]) }) }
  const saver = saveBestModel(model, join(folder, 'best'), {
    ...options,
    onSaved: (path, { epoch }) => {
      expect(path).toBe(saver.path)
      epochs.push(epoch)
    },
  })
  await rehearse([saver], { epochs: rows.length, batches: 2, validate: epoch => rows[epoch]! })
  expect(saver.best?.epoch).toBe(epochs.at(-1))
  return epochs
}

const losses = (...valLosses: number[]) => valLosses.map(valLoss => ({ valLoss }))

test('the file holds the epoch with the lowest validation loss', async () => {
  expect(await run(losses(3, 2, 2.5, 1, 1))).toEqual([0, 1, 3])
  expect(await readdir(folder)).toEqual(['best.safetensors'])
  const { tensors, metadata } = await loadTensors(join(folder, 'best.safetensors'))
  expect([...(await tensors.w!.data())]).toEqual([2])
  tensors.w!.dispose()
  expect(metadata).toEqual({
    epoch: '3',
    step: '8',
    lr: '0.01',
    trnLoss: expect.any(String),
    valLoss: '1',
  })
})

test('epochs that are NaN are skipped', async () => {
  const { NaN: nan } = Number
  expect(await run(losses(nan, 3, nan, 2))).toEqual([1, 3])
  expect(await run(losses(nan, nan))).toEqual([])
})

test('a metric is maximised when told so; ties go to the lower loss, then to the earlier', async () => {
  const rows = [
    { valLoss: 2, accuracy: 0.5 },
    { valLoss: 3, accuracy: 0.6 },
    { valLoss: 2.5, accuracy: 0.6 },
    { valLoss: 2.5, accuracy: 0.6 },
    { valLoss: 1, accuracy: 0.55 },
    { valLoss: Number.NaN, accuracy: 0.6 },
  ]
  expect(await run(rows, { monitor: 'accuracy', mode: 'max' })).toEqual([0, 1, 2])
  expect(await run(rows, { monitor: 'accuracy', mode: 'min' })).toEqual([0])
})

test('a resumed run has to beat the best before it', async () => {
  const model = { stateDict: () => ({}) }
  const saver = saveBestModel(model, join(folder, 'best'))
  saver.restore?.({
    best: { value: 1, epoch: 4, valLoss: 1 },
    options: { monitor: 'valLoss', mode: 'min' },
  })
  await rehearse([saver], { validate: () => ({ valLoss: 2 }) })
  expect(saver.best).toEqual({ value: 1, epoch: 4, valLoss: 1 })
  expect(await readdir(folder)).toEqual([])
  await rehearse([saver], { validate: () => ({ valLoss: 2 }) })
  expect(saver.best?.value).toBe(2)
})

test('an unknown name ends the first epoch, and one that cannot be written frees its tensors', async () => {
  await expect(run(losses(1), { monitor: 'f1', mode: 'max' })).rejects.toThrow(
    'saveBestModel monitors "f1", which this run does not have; expected one of trnLoss, valLoss.',
  )
  const saver = saveBestModel({ stateDict: () => ({ w: tensor1d([1]) }) }, '/dev/null/best')
  const validate = () => ({ valLoss: 1 })
  await expect(rehearse([saver], { validate })).rejects.toMatchObject({ code: 'write-failed' })
  expect(saver.best).toBeNull()
})
