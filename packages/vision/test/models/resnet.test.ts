import { DlError, isParameter, manualSeed, type Parameter, valueAndGrads } from '@dl/core'
import { Linear } from '@dl/layers'
import {
  BasicBlock,
  Bottleneck,
  PreActBlock,
  PreActBottleneck,
  preActResnet18,
  preActResnet34,
  preActResnet50,
  ResNet,
  type ResNetMaker,
  resnet18,
  resnet20,
  resnet32,
  resnet34,
  resnet50,
  resnet56,
} from '@dl/vision'
import { dispose, mul, ones, sum, type Tensor, transpose } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../../scripts/golden'
import { filled } from './filled'

interface Case {
  name: string
  options: {
    layers: number[]
    widths: number[]
    classes: number
    cifar?: boolean
    bottleneck?: boolean
    pre?: boolean
    padding?: boolean
  }
  size: [number, number]
  state: Record<string, number[]>
  evaluated: Golden
  loss: number
  gradients: Record<string, Golden>
  running: Record<string, Golden>
}

const blockOf = ({ bottleneck, pre }: Case['options']) => {
  if (pre) return bottleneck ? PreActBottleneck : PreActBlock
  return bottleneck ? Bottleneck : BasicBlock
}

// not in one expression, which Vite would take for an asset
const here = import.meta.url
const cases = readFixture<Case[]>(new URL('..', here).href, 'models')

it.each(cases)("$name has PyTorch's names, shapes, outputs and gradients", async golden => {
  const { layers, widths, classes, cifar, padding } = golden.options
  const net = new ResNet({
    block: blockOf(golden.options),
    ...{ layers, widths, classes },
    ...(cifar && { stem: 'cifar' as const }),
    ...(padding && { shortcut: 'padding' as const, classifier: 'linear' as const }),
  })
  const state = filled(golden.state)
  net.loadStateDict(state)
  const x = hashed(1, [3, ...golden.size, 3])
  const evaluated = net.eval().call(x)
  await expectGolden('evaluated', evaluated, golden.evaluated)

  const weights = hashed(2, [3, classes])
  const parameters = new Map<string, Parameter | Tensor>([...net.namedParameters(), ['x', x]])
  const names = Object.keys(golden.gradients)
  net.train()
  const result = valueAndGrads(
    () => sum(mul(net.call(x), weights)),
    names.map(name => parameters.get(name)!),
  )
  result.commit()
  expect((await result.value.data())[0]).toBeCloseTo(golden.loss, 3)
  for (const [i, name] of names.entries()) {
    const part = parameters.get(name)!
    const axes = isParameter(part) ? part.torchAxes : null
    const gradient = transpose(result.grads[i]!, axes ? [...axes] : part.shape.map((_, k) => k))
    await expectGolden(`gradient of ${name}`, gradient, golden.gradients[name]!, 1e-3)
    gradient.dispose()
  }
  const buffers = new Map(net.namedBuffers())
  for (const [name, theirs] of Object.entries(golden.running)) {
    await expectGolden(name, buffers.get(name)!.value, theirs)
  }
  result.dispose()
  dispose([x, weights, evaluated])
  dispose(state)
  net.dispose()
})

/** Counting a wide net would mean drawing it: counts are quadratic in the widths, so three will do. */
const countAt = (make: ResNetMaker, widths: number[], k: number, classes: number): number => {
  const counts = [1, 2, 3].map(scale => {
    const net = make({ widths: widths.map(width => width * scale), classes })
    const count = [...net.parameters()].reduce((total, { size }) => total + size, 0)
    net.dispose()
    return count
  }) as [number, number, number]
  const [one, two, three] = counts
  const second = (three - 2 * two + one) / 2
  return one + (k - 1) * (two - one) + (k - 1) * (k - 2) * second
}

it.each([
  ['resnet18', 11_689_512, resnet18],
  ['resnet34', 21_797_672, resnet34],
  ['resnet50', 25_557_032, resnet50],
  ['preActResnet18', 11_687_720, preActResnet18],
  ['preActResnet34', 21_795_880, preActResnet34],
  ['preActResnet50', 25_549_352, preActResnet50],
] as const)('%s has %i parameters at its full widths', (_name, expected, make) => {
  expect(countAt(make, [1, 2, 4, 8], 64, 1000)).toBe(expected)
})

it.each([
  ['resnet20', 269_722, resnet20],
  ['resnet32', 464_154, resnet32],
  ['resnet56', 853_018, resnet56],
] as const)('%s has %i parameters at its full widths', (_name, expected, make) => {
  expect(countAt(make, [1, 2, 4], 16, 10)).toBe(expected)
})

it('keeps the order of its children, for those who cut it', () => {
  const names = (net: ResNet) => [...net.children()].map(([name]) => name).join(' ')
  const widths = [1, 1, 1, 1]
  const imagenet = resnet18({ widths, classes: 2 })
  const preAct = preActResnet18({ widths, classes: 2 })
  const cifar = resnet20({ widths: [1, 1, 1] })
  const body = resnet18({ widths, classes: 0 })
  expect(names(imagenet)).toBe('conv1 bn1 relu maxpool layer1 layer2 layer3 layer4 avgpool fc')
  expect([imagenet.cut, imagenet.lrCut]).toEqual([8, 6])
  expect(names(preAct)).toBe('conv1 maxpool layer1 layer2 layer3 layer4 bn1 relu avgpool fc')
  expect(names(cifar)).toBe('conv1 bn1 relu layer1 layer2 layer3 avgpool linear')
  expect([cifar.cut, cifar.lrCut]).toEqual([6, 4])
  expect(names(body)).toBe('conv1 bn1 relu maxpool layer1 layer2 layer3 layer4')
  const x = ones([1, 64, 96, 3])
  const y = body.call(x)
  expect(y.shape).toEqual([1, 2, 3, 1])
  dispose([x, y])
  for (const net of [imagenet, preAct, cifar, body]) net.dispose()
})

it('takes another classifier', () => {
  const net = resnet18({ widths: [1, 1, 1, 4], classes: 3, stem: 'cifar' })
  net.fc!.dispose()
  net.fc = new Linear(4, 7)
  const x = ones([2, 9, 8, 3])
  const y = net.call(x)
  expect(y.shape).toEqual([2, 7])
  dispose([x, y])
  net.dispose()
})

it('begins as torchvision: Kaiming by what goes out, norms at one and zero', async () => {
  manualSeed(3)
  const net = resnet18({ widths: [8, 16, 32, 64], classes: 0 })
  const convolution = net.layer4![0]! as BasicBlock
  const values = Array.from(await convolution.conv2.weight.value.data())
  const std = Math.sqrt(values.reduce((total, x) => total + x * x, 0) / values.length)
  expect(std).toBeCloseTo(Math.sqrt(2 / (64 * 9)), 3)
  const ends = [...(await net.bn1.weight!.value.data()), ...(await net.bn1.bias!.value.data())]
  expect(ends).toEqual([...Array(8).fill(1), ...Array(8).fill(0)])
  net.dispose()
})

it('refuses sizes that make no net', () => {
  const layers = [1, 1]
  const make = (options: object) => () => new ResNet({ block: BasicBlock, layers, ...options })
  expect(make({ widths: [4] })).toThrow(
    new DlError('bad-option', {
      problem: 'ResNet got 1 widths for 2 stages',
      expected: 'one for each',
    }),
  )
  expect(make({ widths: [4, 0] })).toThrow('ResNet got widths 4, 0')
  expect(make({ layers: [] })).toThrow('ResNet got layers without a number')
  expect(make({ channels: 1.5 })).toThrow('ResNet got channels 1.5')
  expect(make({ classes: -1 })).toThrow('ResNet got classes -1')
  expect(make({ stem: 'mnist' })).toThrow('ResNet got stem "mnist"')
  expect(make({ shortcut: 'none' })).toThrow('ResNet got shortcut "none"')
  expect(make({ widths: [4, 2], shortcut: 'padding' })).toThrow(
    'ResNet got widths 4, 2 for BasicBlock with shortcuts of padding',
  )
  expect(() => new BasicBlock(4, 2, { shortcut: 'padding' })).toThrow(
    'a padding shortcut got 4 channels in and 2 out',
  )
})
