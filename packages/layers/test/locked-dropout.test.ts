import { DlError, Generator, manualSeed, valueAndGrads } from '@dl/core'
import { Embedding, LockedDropout, lockedDropout } from '@dl/layers'
import { dispose, ones, sum, tensor, unstack, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { hashed } from '../../../scripts/golden'

const valuesOf = async (x: { data(): Promise<ArrayLike<number>> }) => Array.from(await x.data())

it('draws one mask for all steps, another for each sequence; so do gradients', async () => {
  const x = hashed(1, [4, 3, 50])
  const generator = new Generator(3)
  const state = generator.state()
  const step = valueAndGrads(() => sum(lockedDropout(x, 0.25, { generator })), [x])
  generator.restore(state)
  const all = ones([4, 3, 50])
  const mask = lockedDropout(all, 0.25, { generator })
  expect(await valuesOf(step.grads[0]!)).toEqual(await valuesOf(mask))
  const steps = unstack(mask)
  const [first, ...rest] = await Promise.all(steps.map(valuesOf))
  for (const other of rest) expect(other).toEqual(first)
  expect(new Set(first!.map(value => value.toFixed(5)))).toEqual(new Set(['0.00000', '1.33333']))
  expect(first!.slice(0, 50)).not.toEqual(first!.slice(50, 100))
  step.dispose()
  dispose([x, all, mask, ...steps])
})

it('passes everything on in evaluation, and for 0', async () => {
  const x = hashed(1, [2, 1, 5])
  for (const layer of [new LockedDropout(0.5).eval(), new LockedDropout(0)]) {
    const y = layer.call(x)
    expect(await valuesOf(y)).toEqual(await valuesOf(x))
    y.dispose()
  }
  x.dispose()
})

it('names what it wants', () => {
  const [flat, ids] = [ones([2, 3]), zeros([2, 3, 4], 'int32')]
  const complaints: [() => unknown, string][] = [
    [
      () => lockedDropout(flat, 0.5),
      'got an input of shape [2, 3]; expected [time, batch, features]',
    ],
    [() => lockedDropout(ids, 0.5), 'expected float32'],
    [() => new LockedDropout(2), 'LockedDropout got p 2; expected a number from 0 to 1.'],
    [() => new Embedding(2, 3, { dropout: -1 }), 'Embedding got dropout -1'],
  ]
  for (const [call, message] of complaints) {
    expect(call).toThrow(message)
    expect(call).toThrow(DlError)
  }
  dispose([flat, ids])
})

describe('an embedding with dropout', () => {
  const ids = () => tensor([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7], [2, 8], 'int32')

  it('drops a token wherever it stands, and scales the others; so do gradients', async () => {
    manualSeed(2)
    const layer = new Embedding(8, 3, { dropout: 0.5 })
    expect(String(layer)).toBe('Embedding(8, 3, dropout=0.5)')
    const all = ones([8, 3])
    layer.weight.assign(all)
    const at = ids()
    const y = layer.call(at)
    const values = await valuesOf(y)
    expect(values.slice(0, 24)).toEqual(values.slice(24))
    const kept = Array.from({ length: 8 }, (_, i) => values.slice(3 * i, 3 * i + 3))
    for (const row of kept) expect(new Set(row).size).toBe(1)
    expect(new Set(values)).toEqual(new Set([0, 2]))
    manualSeed(2)
    const step = valueAndGrads(() => sum(layer.call(at)), [layer.weight])
    const slopes = await valuesOf(step.grads[0]!)
    expect(new Set(slopes)).toEqual(new Set([0, 4]))
    step.dispose()
    dispose([all, at, y])
    layer.dispose()
  })

  it('drops nothing in evaluation, and leaves padding zero', async () => {
    const layer = new Embedding(8, 3, { dropout: 0.5, paddingIdx: 0 })
    const at = ids()
    const y = layer.call(at)
    expect((await valuesOf(y)).slice(0, 3)).toEqual([0, 0, 0])
    const plain = layer.eval().call(at)
    const table = await valuesOf(layer.weight.value)
    expect(await valuesOf(plain)).toEqual([...table, ...table])
    dispose([at, y, plain])
    layer.dispose()
  })
})
