/** Maps where a net is sure: a softmax behind the scores must not take their gradients away. */
import { manualSeed } from '@dl/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  Conv2d,
  Flatten,
  Linear,
  LogSoftmax,
  Module,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
} from '@dl/layers'
import {
  activationMap,
  classActivationMap,
  convnetBuilder,
  gradCam,
  gradCamPlusPlus,
  resnet20,
} from '@dl/vision'
import {
  dispose,
  exp,
  log,
  logSoftmax,
  max,
  mul,
  reshape,
  softmax,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashed } from '../../../../scripts/golden'

/** Its scores lie some hundreds apart. */
class Scores extends Module {
  body = new Sequential(new Conv2d(3, 5, 3, { padding: 1 }), new ReLU())
  pool = new AdaptiveAvgPool2d()
  flatten = new Flatten()
  linear = new Linear(5, 4)
  forward(x: Tensor) {
    return mul(this.linear.call(this.flatten.call(this.pool.call(this.body.call(x)))), 400)
  }
}

class Behind extends Module {
  constructor(
    readonly net: AnyModule,
    readonly squash: (scores: Tensor) => Tensor,
  ) {
    super()
  }
  forward(x: Tensor) {
    return this.squash(this.net.call(x))
  }
}

let net: Scores
let x: Tensor
beforeEach(() => {
  net = new Scores()
  const state = net.stateDict()
  Object.entries(state).forEach(([name, tensor], i) => {
    state[name] = hashed(10 + i, tensor.shape, 0.5)
    tensor.dispose()
  })
  net.loadStateDict(state)
  dispose(state)
  x = hashed(3, [2, 6, 6, 3], 1)
})
afterEach(() => {
  net.dispose()
  x.dispose()
})

const values = async (map: Tensor) => {
  const all = [...(await map.data())]
  map.dispose()
  return all
}

/** A last part, by module or by function. */
const ENDS: [string, (net: Module) => AnyModule][] = [
  ['a LogSoftmax', net => new Sequential(net, new LogSoftmax())],
  ['a Softmax', net => new Sequential(net, new Softmax())],
  ['a head of its own', net => new Sequential(net, new Sequential(new LogSoftmax()))],
  ['logSoftmax()', net => new Behind(net, logits => logSoftmax(logits))],
  ['log(softmax())', net => new Behind(net, logits => log(softmax(logits)))],
  ['softmax() in another shape', net => new Behind(net, s => reshape(softmax(s), [2, 4]))],
]

describe('a sure net', () => {
  it('is sure to 1e-7', async () => {
    const model = new Sequential(net, new LogSoftmax())
    const sure = tidy(() => max(exp(model.call(x)), 1))
    for (const p of await values(sure)) expect(p).toBeGreaterThan(1 - 1e-7)
  })

  it.each(ENDS)('that ends in %s has the maps of the net before it', async (_end, behind) => {
    const model = behind(net)
    const raw = { layer: net.body, normalise: false }
    for (const make of [gradCam, gradCamPlusPlus]) {
      const map = await values(make(model, x, { layer: net.body }))
      expect(map).toEqual(await values(make(net, x, { layer: net.body })))
      expect(Math.max(...map)).toBe(1)
      expect(await values(make(model, x, { ...raw, target: 2 }))).toEqual(
        await values(make(net, x, { ...raw, target: 2 })),
      )
    }
    const cam = { ...raw, linear: net.linear }
    expect(await values(classActivationMap(model, x, cam))).toEqual(
      await values(classActivationMap(net, x, cam)),
    )
  })

  it('is black behind its log-softmax, if that is asked for', async () => {
    const model = new Sequential(net, new LogSoftmax())
    for (const scores of ['', model, '1', model[1]!]) {
      const map = await values(gradCam(model, x, { layer: net.body, scores, normalise: false }))
      expect(Math.max(...map)).toBeLessThan(1e-12)
    }
    const before = await values(gradCam(model, x, { layer: net.body, scores: '0' }))
    expect(before).toEqual(await values(gradCam(model, x, { layer: net.body })))
  })

  it('may say yes or no to each class', async () => {
    const model = new Sequential(net, new Sigmoid())
    const options = { layer: net.body, target: 1 }
    const map = await values(gradCam(model, x, options))
    expect(map).toEqual(await values(gradCam(net, x, options)))
    expect(Math.max(...map)).toBe(1)
    // as likely as each is by itself, not among them all
    const classes: number[][] = []
    const method = {
      weights: (pass: { classes: Tensor; gradients: Tensor }) => {
        classes.push([...pass.classes.dataSync()])
        return pass.gradients
      },
    }
    const target = 'probabilities'
    await values(activationMap(method, model, x, { layer: net.body, target }))
    const output = model.call(x)
    expect(classes[0]).toEqual([...(await output.data())])
    output.dispose()
  })

  it('is looked at in its last maps, unless a layer is named', async () => {
    const model = new Sequential(net, new LogSoftmax())
    expect(await values(gradCam(model, x))).toEqual(
      await values(gradCam(model, x, { layer: net.body })),
    )
    const flat = new Sequential(new Flatten(), new Linear(108, 2))
    expect(() => gradCam(flat, x)).toThrow(
      'no layer of Sequential puts out anything with height and width; expected a net with convolutions.',
    )
    flat.dispose()
  })
})

it("holds for the library's own head on a body of its own", async () => {
  manualSeed(3)
  const body = resnet20({ widths: [2, 3, 4] })
  const { model } = convnetBuilder(body, { classes: 3, xtraFc: [] })
  const last = [...model.children()].at(-2)![1] as Linear
  const sure = mul(last.weight.value, 1e5)
  last.weight.assign(sure)
  const pictures = hashed(5, [2, 8, 8, 3], 1)
  const map = await values(gradCam(model, pictures))
  expect(map).toEqual(await values(gradCam(model, pictures, { layer: '5', scores: last })))
  expect(Math.max(...map)).toBe(1)
  for (const owner of [model, body, pictures, sure]) owner.dispose()
})
