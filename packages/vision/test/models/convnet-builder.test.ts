import { DlError, manualSeed } from '@dl/core'
import {
  AdaptiveAvgPool2d,
  Conv2d,
  Flatten,
  Identity,
  type Linear,
  LogSoftmax,
  type Module,
  ReLU,
  Sequential,
} from '@dl/layers'
import { Learner } from '@dl/train'
import {
  Bottleneck,
  bodyOf,
  convnetBuilder,
  preActResnet18,
  ResNet,
  resnet18,
  resnet20,
} from '@dl/vision'
import { dispose, exp, ones, sum } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const widths = [1, 2, 3, 4]
const countOf = (...modules: readonly Module[]) =>
  modules.flatMap(module => [...module.parameters()]).reduce((total, { size }) => total + size, 0)

/** A body with resnet34's 512 channels, and little else. */
const wide = () => new Sequential(new Conv2d(3, 512, 1))

it("adds fast.ai's head: 528,898 parameters on resnet34 for two classes", () => {
  const net = wide()
  const { model, head, layerGroups } = convnetBuilder(net, { classes: 2, cut: 1 })
  expect(
    String(model)
      .split('\n')
      .slice(2, -1)
      .map(line => line.trim()),
  ).toEqual([
    '1: AdaptiveConcatPool2d(1)',
    '2: Flatten()',
    '3: BatchNorm1d(1024)',
    '4: Dropout(p=0.25)',
    '5: Linear(1024, 512)',
    '6: ReLU()',
    '7: BatchNorm1d(512)',
    '8: Dropout(p=0.5)',
    '9: Linear(512, 2)',
    '10: LogSoftmax()',
  ])
  expect(countOf(head)).toBe(528_898)
  expect(countOf(...layerGroups.flat())).toBe(countOf(model))
  model.dispose()
})

it.each([
  ['one number for all', { ps: 0.3 }, [0.3, 0.3]],
  ['one number each', { ps: [0.1, 0.2] }, [0.1, 0.2]],
  ['0 leaves a dropout out', { ps: [0, 0.2] }, [0.2]],
  ['further layers', { xtraFc: [4, 3] }, [0.25, 0.25, 0.5]],
  ['none', { xtraFc: [] }, [0.5]],
])('dropout: %s', (_name, options, expected) => {
  const net = new Sequential(new Conv2d(1, 2, 1))
  const { model, head } = convnetBuilder(net, { classes: 2, cut: 1, xtraFc: [4], ...options })
  const drops = [...head.children()].map(([, child]) => child).filter(child => 'p' in child)
  expect(drops.map(drop => (drop as unknown as { p: number }).p)).toEqual(expected)
  model.dispose()
})

it('initialises linear layers as Kaiming, with no bias', async () => {
  manualSeed(5)
  const { model } = convnetBuilder(new Sequential(new Conv2d(3, 64, 1)), { classes: 2, cut: 1 })
  const { weight, bias } = model[5] as Linear
  const values = Array.from(await weight.value.data())
  const variance = values.reduce((total, x) => total + x * x, 0) / values.length
  expect(Math.sqrt(variance)).toBeCloseTo(Math.sqrt(2 / 128), 2)
  expect(new Set(await bias!.value.data())).toEqual(new Set([0]))
  model.dispose()
})

it("cuts nets where they say, into fast.ai's three layer groups", () => {
  const groupsOf = (net: ResNet, options = {}) => {
    const { model, layerGroups } = convnetBuilder(net, { classes: 2, xtraFc: [], ...options })
    model.dispose()
    net.dispose()
    return layerGroups.map(group => group.length)
  }
  const head = 4 // norm, dropout, linear, log-softmax
  expect(groupsOf(resnet18({ widths, classes: 0 }))).toEqual([6, 4, head])
  expect(groupsOf(resnet18({ widths, classes: 5 }))).toEqual([6, 4, head])
  expect(groupsOf(preActResnet18({ widths }))).toEqual([4, 6, head])
  expect(groupsOf(resnet20({ widths: [1, 2, 3] }))).toEqual([4, 4, head])
  expect(groupsOf(resnet18({ widths }), { xtraCut: 1 })).toEqual([6, 3, head])
  expect(groupsOf(resnet18({ widths }), { lrCut: 2 })).toEqual([2, 8, head])
})

it('reads the number of features off any body', () => {
  for (const net of [
    resnet18({ widths }),
    preActResnet18({ widths }),
    resnet20({ widths: [1, 2, 4] }),
  ]) {
    const { model, head } = convnetBuilder(net, { classes: 2, xtraFc: [] })
    expect(String(head[0])).toBe('BatchNorm1d(8)')
    model.dispose()
    net.dispose()
  }
  const net = resnet18({ widths })
  const { model, head } = convnetBuilder(net, { classes: 2, xtraCut: 1 })
  expect(String(head[0])).toBe('BatchNorm1d(6)')
  model.dispose()
  net.dispose()
})

it.each([
  ['log-probabilities', {}, 1],
  ['logits for several labels', { isMulti: true }, null],
  ['numbers for a regression', { isReg: true }, null],
])('gives out %s', async (_name, options, total) => {
  const net = resnet18({ widths, classes: 0 })
  const { model } = convnetBuilder(net, { classes: 3, ...options })
  const x = ones([2, 33, 64, 3])
  const y = model.eval().call(x)
  expect(y.shape).toEqual([2, 3])
  const probabilities = exp(y)
  const sums = sum(probabilities, 1)
  const [first] = await sums.data()
  if (total === null) expect(Math.abs(first! - 1)).toBeGreaterThan(1e-3)
  else expect(first).toBeCloseTo(total, 5)
  expect(model[model.length - 1] instanceof LogSoftmax).toBe(total !== null)
  dispose([x, y, probabilities, sums])
  model.dispose()
})

it('takes a head of your own', () => {
  const net = resnet18({ widths, classes: 0 })
  const customHead = new Sequential(new Conv2d(4, 2, 1), new AdaptiveAvgPool2d(), new Flatten())
  const { model, body, head, layerGroups } = convnetBuilder(net, { classes: 2, customHead })
  expect([model.length, body.length, head.length]).toEqual([9, 8, 1])
  expect(layerGroups[2]).toEqual([customHead])
  const x = ones([1, 32, 32, 3])
  const y = model.eval().call(x)
  expect(y.shape).toEqual([1, 2])
  dispose([x, y])
  model.dispose()
})

it("builds the lesson's net for class activation maps, of which 9,218 parameters train", () => {
  const net = new ResNet({ block: Bottleneck, layers: [1, 1, 1, 1], widths: [2, 2, 2, 128] })
  const head = [
    new Conv2d(net.features, 2, 3, { padding: 1 }),
    new AdaptiveAvgPool2d(),
    new Flatten(),
    new LogSoftmax(),
  ]
  const model = new Sequential(...bodyOf(net), ...head)
  const train = { length: 0, async *[Symbol.asyncIterator]() {} }
  const learn = new Learner(model, { train }, { loss: y => y })
  expect(learn.layerGroups.length).toBe(12)
  learn.freezeTo(-4)
  const trained = [...model.parameters()].filter(({ trainable }) => trainable)
  expect(trained.reduce((total, { size }) => total + size, 0)).toBe(9218)
  learn.dispose()
  model.dispose()
  net.dispose()
})

it('refuses what cannot be built', () => {
  const net = new Sequential(new Conv2d(3, 4, 1), new ReLU())
  const plain = new Sequential(new Identity())
  const refused =
    (options: object, of = net) =>
    () =>
      convnetBuilder(of, { classes: 2, cut: 1, ...options })
  expect(() => convnetBuilder(net, { classes: 2 })).toThrow(
    new DlError('bad-option', {
      problem: 'Sequential does not say where to be cut',
      expected: 'a cut that leaves 1 to 2 of its children',
    }),
  )
  expect(refused({ cut: 3 })).toThrow('the cut 3 less 0 is outside Sequential')
  expect(refused({ xtraCut: 1 })).toThrow('the cut 1 less 1 is outside Sequential')
  expect(refused({ lrCut: 2 })).toThrow('lrCut is 2')
  expect(refused({ classes: 0 })).toThrow('a head got the widths 8, 512, 0')
  expect(refused({ xtraFc: [1.5] })).toThrow('a head got the widths 8, 1.5, 2')
  expect(refused({ ps: [0.5] })).toThrow('ps is 0.5 for 2 linear layers')
  expect(refused({ ps: 2 })).toThrow('ps is 2 for 2 linear layers')
  expect(refused({}, plain)).toThrow('no layer of the body says how many channels it gives out')
  net.dispose()
})
