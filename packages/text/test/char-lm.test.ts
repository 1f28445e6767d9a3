import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { cosAnneal, saveOnCycle, terminateOnNaN } from '@dl/callbacks'
import { DlError, holdings, leakGuard, manualSeed } from '@dl/core'
import { files, loadTensors } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { type Cell, CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'
import { evaluate, fit } from '@dl/train'
import { mul, type Tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const TEXT = 'the quick brown fox jumps over the lazy dog. '.repeat(40)

function setUp(cell: Cell = 'gru', seed = 3) {
  manualSeed(seed)
  const field = new Field({ tokenize: chars })
  const data = LanguageModelData.fromTexts({ train: TEXT, validation: TEXT }, field, {
    bs: 4,
    bptt: 8,
    seed,
  })
  const model = new CharLM({
    vocab: data.nt,
    embedding: 8,
    hidden: 24,
    layers: 1,
    dropout: 0,
    cell,
  })
  const lo = new LayerOptimizer(adam, model, 0.02)
  return { field, data, model, lo, dispose: () => [lo, model].map(owner => owner.dispose()) }
}

it.each(['rnn', 'gru', 'lstm'] as const)('a %s learns to continue a sentence', async cell => {
  const { field, data, model, lo, dispose } = setUp(cell)
  const { history } = await fit(model, data, 4, lo, crossEntropy)
  expect(history.at(-1)!.valLoss).toBeLessThan(0.35)
  const text = await generate(model, field, 'the quick', { length: 20, greedy: true })
  expect(text).toBe('the quick brown fox jumps ove')
  dispose()
})

it('gives the same bits from the same seed: history, weights and text', async () => {
  const run = async () => {
    const { field, data, model, lo, dispose } = setUp()
    const { history } = await fit(model, data, 2, lo, crossEntropy)
    const weights = await Promise.all(
      [...model.parameters()].map(async ({ value }) => [...(await value.data())]),
    )
    const text = await generate(model, field, 'the', { length: 30, seed: 1 })
    dispose()
    return { history, weights, text }
  }
  expect(await run()).toEqual(await run())
})

it('evaluates a reloaded checkpoint to the same loss', async () => {
  const folder = await mkdtemp(files.join(tmpdir(), 'dl-'))
  const { data, model, lo, dispose } = setUp()
  const saver = saveOnCycle(model, files.join(folder, 'cyc'))
  const { history } = await fit(model, data, 3, lo, crossEntropy, {
    callbacks: [cosAnneal(lo, { cycleMult: 2 }), saver],
  })
  expect(saver.saved.map(path => path.slice(folder.length + 1))).toEqual([
    'cyc_0.safetensors',
    'cyc_1.safetensors',
  ])
  const { tensors } = await loadTensors(saver.saved[1]!)
  const fresh = new CharLM({ vocab: data.nt, embedding: 8, hidden: 24, layers: 1, cell: 'gru' })
  fresh.loadStateDict(tensors)
  const { loss } = await evaluate(fresh, data.validation, crossEntropy)
  expect(loss).toBe(history[2]!.valLoss)
  const other = new CharLM({ vocab: data.nt, embedding: 8, hidden: 25, layers: 1, cell: 'gru' })
  expect(() => other.loadStateDict(tensors)).toThrow(
    /wrong shape: rnn.weight_ih_l0 \[72, 8\] instead of \[75, 8\]/,
  )
  for (const owner of [...Object.values(tensors), fresh, other]) owner.dispose()
  dispose()
  await rm(folder, { recursive: true })
})

it('leaves nothing behind: over an epoch, while generating, after a failed run', async () => {
  const { field, data, model, lo, dispose } = setUp()
  await fit(model, data, 1, lo, crossEntropy)
  await generate(model, field, 'a', { length: 2 })
  const guard = leakGuard()
  await fit(model, data, 1, lo, crossEntropy)
  guard.check('an epoch')
  await generate(model, field, 'a', { length: 5 })
  guard.check('generate')
  let calls = 0
  const failing = (output: Tensor, target: Tensor) => {
    if (++calls === 4) throw new RangeError('no more')
    return crossEntropy(output, target)
  }
  await expect(fit(model, data, 1, lo, failing)).rejects.toThrow('no more')
  guard.check('a failed run')
  dispose()
})

it('stops at a loss that is NaN, says where and what to try, and keeps the weights', async () => {
  const { data, model, lo, dispose } = setUp()
  let calls = 0
  const exploding = (output: Tensor, target: Tensor) => {
    const loss = crossEntropy(output, target)
    return ++calls === 3 ? mul(loss, Number.NaN) : loss
  }
  const error = await fit(model, data, 1, lo, exploding, { callbacks: [terminateOnNaN()] }).catch(
    e => e,
  )
  expect(DlError.is(error, 'nan-loss')).toBe(true)
  expect(error.message).toMatch(/batch 3/)
  expect(error.message).toMatch(/lr 0\.02/)
  expect(error.message).toMatch(/lower/i)
  for (const { value } of model.parameters()) {
    expect([...(await value.data())].every(Number.isFinite)).toBe(true)
  }
  dispose()
})

it('keeps a folder as it was when a checkpoint cannot be written', async () => {
  const folder = await mkdtemp(files.join(tmpdir(), 'dl-'))
  await files.writeAtomic(files.join(folder, 'occupied'), 'a file')
  const { data, model, lo, dispose } = setUp()
  const saver = saveOnCycle(model, files.join(folder, 'occupied', 'cyc'))
  const before = holdings().tensors
  await expect(
    fit(model, data, 1, lo, crossEntropy, { callbacks: [cosAnneal(lo), saver] }),
  ).rejects.toSatisfy(error => DlError.is(error, 'write-failed'))
  lo.dispose()
  expect(holdings().tensors).toBe(before)
  expect(await readdir(folder)).toEqual(['occupied'])
  dispose()
  await rm(folder, { recursive: true })
})

it('refuses a cell that does not exist', () => {
  expect(() => new CharLM({ vocab: 3, cell: 'qrnn' as Cell })).toThrow(
    'CharLM got the cell "qrnn"; expected one of rnn, gru, lstm.',
  )
})
