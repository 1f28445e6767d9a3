import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkpoint } from '@dl/callbacks'
import { memoryStorage } from '@dl/data'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tensorBoard } from '../src'
import { readEvents } from './read-events'
import { train } from './train'

const { DL_PYTHON } = process.env
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-track-'))
})
afterEach(() => rm(folder, { recursive: true }))

const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
tags = events.Tags()
scalars = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags['scalars']}
texts = {t: events.Tensors(t)[0].tensor_proto.string_val[0].decode() for t in tags['tensors']}
print(json.dumps({'scalars': scalars, 'texts': texts}))
`

describe('tensorBoard', () => {
  it('writes what the history has, by steps, and the settings', async () => {
    const board = tensorBoard(folder, { name: 'line', config: { lr: 0.1 }, commit: 'abc' })
    const { history } = await train(board)
    const [version, start, config, ...epochs] = readEvents(board.path!)
    expect(version).toMatchObject({ version: 'brain.Event:2', step: 0 })
    expect(start).toMatchObject({ start: true, step: 0 })
    expect(config!.texts.config).toBe(
      '| setting | value |\n|---|---|\n| commit | abc |\n| lr | 0.1 |',
    )
    expect(epochs.map(({ step }) => step)).toEqual([3, 6])
    for (const [i, { scalars }] of epochs.entries()) {
      expect(Object.keys(scalars)).toEqual(['trnLoss', 'valLoss', 'lr'])
      expect(scalars.valLoss).toBe(Math.fround(history[i]!.valLoss!))
      expect(scalars.trnLoss).toBe(Math.fround(history[i]!.trnLoss))
    }
    expect(Math.abs(epochs[0]!.time - Date.now() / 1000)).toBeLessThan(600)
  })

  it('has points between epochs where they are asked for', async () => {
    const board = tensorBoard(folder, { name: 'line', everySteps: 2 })
    await train(board)
    const points = readEvents(board.path!).filter(({ scalars }) => 'batch/loss' in scalars)
    expect(points.map(({ step }) => step)).toEqual([2, 4, 6])
  })

  it('begins another file where a run goes on, which voids what came after its checkpoint', async () => {
    const storage = memoryStorage()
    const saver = () => checkpoint('line', { everySteps: 4, storage })
    await train(tensorBoard(folder, { name: 'line' }), { callbacks: [saver()] })
    const board = tensorBoard(folder, { name: 'line' })
    const { resumed } = await train(
      board,
      { callbacks: [saver()], resume: { path: 'line', storage } },
      3,
    )
    expect(await readdir(join(folder, 'line'))).toHaveLength(2)
    expect(readEvents(board.path!)[1]).toMatchObject({ start: true, step: resumed!.step })
  })

  it('is read by TensorBoard', { timeout: 60_000 }, async ({ skip }) => {
    skip(!DL_PYTHON, 'DL_PYTHON names no Python that has TensorBoard')
    const board = tensorBoard(folder, { name: 'line', config: { cell: 'gru' } })
    const { history } = await train(board)
    const script = join(folder, 'read.py')
    await writeFile(script, READER)
    const { stdout } = await promisify(execFile)(DL_PYTHON!, [script, join(folder, 'line')])
    const { scalars, texts } = JSON.parse(stdout.trim().split('\n').at(-1)!)
    const expected = history.map(({ valLoss }, i) => [3 * (i + 1), Math.fround(valLoss!)])
    expect(scalars.valLoss).toEqual(expected)
    expect(texts.config).toContain('| cell | gru |')
  })

  it.each([
    [{ name: '' }, /tensorBoard's name is ""; expected a text/],
    [{ config: { lr: [1] } }, /tensorBoard's config.lr is \[1\]/],
    [{ config: 3 }, /tensorBoard's config is 3; expected an object of settings/],
    [{ everySteps: -1 }, /everySteps is -1; expected an integer of at least 0/],
    [{ nmae: 'x' }, /no option nmae; .+ Did you mean name\?/],
  ])('refuses %j', (options, message) => {
    expect(() => tensorBoard(folder, options as never)).toThrow(message)
  })
})
