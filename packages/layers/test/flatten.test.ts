import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  flatten,
  Identity,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@dl/layers'
import { dispose, scalar, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { type Golden, hashed, readFixture } from '../../../scripts/golden'
import { expectLayer, fill } from './golden-layer'

const valuesOf = async (t: Tensor): Promise<number[]> => Array.from(await t.data())

it('makes one axis of all but the first, pixel by pixel or channel by channel', async () => {
  const maps = tensor([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60], [1, 3, 2, 2])
  const [plain, asTorch] = [new Flatten().call(maps), flatten(maps, { channelsFirst: true })]
  expect(plain.shape).toEqual([1, 12])
  expect(await valuesOf(plain)).toEqual([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60])
  expect(await valuesOf(asTorch)).toEqual([1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60])
  dispose([maps, plain, asTorch])
})

it('takes inputs of any rank, but scalars, and maps for channels first', () => {
  const inputs = [zeros([3]), zeros([2, 3]), zeros([2, 3, 4]), zeros([0, 3, 2, 2])]
  const outputs = [...inputs.map(x => flatten(x)), flatten(inputs[3]!, { channelsFirst: true })]
  expect(outputs.map(({ shape }) => shape)).toEqual([
    [3, 1],
    [2, 3],
    [2, 12],
    [0, 12],
    [0, 12],
  ])
  const one = scalar(1)
  expect(() => flatten(one)).toThrow(
    'flatten got a scalar; expected a tensor whose first axis is the batch.',
  )
  expect(() => flatten(inputs[1]!, { channelsFirst: true })).toThrow(
    'flatten got an input of shape [2, 3]; expected [batch, height, width, channels].',
  )
  dispose([...inputs, ...outputs, one])
})

interface Net {
  state: Record<string, number[]>
  results: Record<string, Golden>
}

it('lets weights of PyTorch work in a net with a Linear behind maps larger than 1 × 1', async () => {
  const [{ state, results }] = readFixture<[Net]>(import.meta.url, 'nets')
  const net = new Sequential(
    new Conv2d(3, 4, 3, { padding: 1, bias: false }),
    new BatchNorm2d(4),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten({ channelsFirst: true }),
    new Linear(4 * 3 * 2, 5),
  )
  const theirs = Object.fromEntries(
    Object.entries(state).map(([name, shape]) => [name, zeros(shape)]),
  )
  expect(net.loadStateDict(theirs)).toEqual({ missing: [], unexpected: [] })
  fill(net)
  const x = hashed(1, [3, 6, 5, 3])
  await expectLayer(net, x, results)
  dispose([theirs, x])
  net.dispose()
})

it('has a layer that changes nothing', async () => {
  const x = tensor([1, 2])
  const y = new Identity().call(x)
  x.dispose()
  expect(await valuesOf(y)).toEqual([1, 2])
  y.dispose()
  expect(String(new Sequential(new Identity(), new Flatten({ channelsFirst: true })))).toBe(
    'Sequential(\n  0: Identity()\n  1: Flatten(channelsFirst=true)\n)',
  )
})
