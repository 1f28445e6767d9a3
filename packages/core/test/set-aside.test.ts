import { Buffer, setAside } from '@dl/core'
import { fill } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const values = async (buffer: Buffer) => [...(await buffer.value.data())]

function stateful() {
  const carried = new Buffer(() => fill([2], 1), { carried: true })
  const statistics = new Buffer(() => fill([2], 1))
  const parts = [{ training: true }, { training: false }]
  const model = {
    namedModules: () => parts.map((part, i) => [`${i}`, part] as const),
    namedBuffers: () => [['c', carried] as const, ['s', statistics] as const],
  }
  const disturb = () => {
    for (const part of parts) part.training = !part.training
    for (const buffer of [carried, statistics]) buffer.write(() => fill([3], 7))
  }
  return { model, parts, carried, statistics, disturb }
}

it('puts back the mode of each module and what is carried, and no other buffer', async () => {
  const { model, parts, carried, statistics, disturb } = stateful()
  const putBack = setAside(model)
  disturb()
  putBack()
  expect(parts.map(({ training }) => training)).toEqual([true, false])
  expect(await values(carried)).toEqual([1, 1])
  expect(await values(statistics)).toEqual([7, 7, 7])
  for (const buffer of [carried, statistics]) buffer.dispose()
})

it('leaves the state to its owner where asked', async () => {
  const { model, parts, carried, statistics, disturb } = stateful()
  const putBack = setAside(model, { state: false })
  disturb()
  putBack()
  expect(parts.map(({ training }) => training)).toEqual([true, false])
  expect(await values(carried)).toEqual([7, 7, 7])
  for (const buffer of [carried, statistics]) buffer.dispose()
})

it('takes a model without modules by its word', () => {
  const model = {
    training: true,
    train: () => void (model.training = true),
    eval: () => void (model.training = false),
  }
  const putBack = setAside(model)
  model.eval()
  putBack()
  expect(model.training).toBe(true)
  setAside({ train() {}, eval() {} })()
})
