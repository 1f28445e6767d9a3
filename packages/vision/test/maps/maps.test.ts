import { holdings } from '@dl/core'
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Identity,
  Linear,
  LogSoftmax,
  Module,
  ReLU,
  Sequential,
} from '@dl/layers'
import { activationMap, classActivationMap, gradCam, gradCamPlusPlus } from '@dl/vision'
import {
  abs,
  concat,
  div,
  fill,
  mul,
  ones,
  slice,
  sum,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashed } from '../../../../scripts/golden'

/** What the lesson's notebook prints for its cat. */
const CAT = [
  [0.06796, 0.09529, 0.04571, 0.02226, 0.01783, 0.02682, 0],
  [0.18074, 0.25366, 0.21349, 0.17134, 0.12896, 0.07998, 0.02269],
  [0.32468, 0.53808, 0.58196, 0.51675, 0.36953, 0.20348, 0.06563],
  [0.4753, 0.82032, 0.93738, 0.84066, 0.58015, 0.30568, 0.09089],
  [0.53621, 0.90491, 1, 0.87108, 0.60574, 0.33723, 0.11391],
  [0.44609, 0.70038, 0.72927, 0.60194, 0.42627, 0.26258, 0.10247],
  [0.21954, 0.3172, 0.30497, 0.21987, 0.15255, 0.08741, 0.00709],
]

/** A net that is its own head: the pictures that go in are its maps. */
const head = () =>
  new Sequential(new Identity(), new AdaptiveAvgPool2d(), new Flatten(), new LogSoftmax())

/** [1, h, w, classes] of one matrix for each class. */
const stacked = (...classes: number[][][]): Tensor =>
  tidy(() =>
    concat(
      classes.map(matrix => tensor([matrix.map(row => row.map(v => [v]))])),
      3,
    ),
  )

const numbers = async (map: Tensor): Promise<number[]> => [...(await map.data())]

const close = (actual: number[], expected: number[], tolerance = 1e-5) => {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `value ${i}`).toBeLessThan(tolerance)
  })
}

it("repeats the matrix of the lesson's notebook from maps that it comes of", async () => {
  const model = head()
  // sure that it is a cat, as in the notebook: the maps of dogs count nothing
  const cats = CAT.map(row => row.map(value => 80 * value + 3))
  const dogs = CAT.map((row, i) => row.map((_, j) => i - j - 9))
  const features = stacked(cats, dogs)
  const map = classActivationMap(model, features, { layer: '0' })
  close(await numbers(map), CAT.flat())
  for (const owner of [features, map, model]) owner.dispose()
})

it('mixes the maps of classes by their probabilities, what is negative left out', async () => {
  const model = head()
  const matrix = [
    [1, -3],
    [2, 8],
  ]
  const opposite = matrix.map(row => row.map(value => 4 - value))
  const features = stacked(matrix, opposite) // both means are 2
  const options = { layer: '0', normalise: false } as const
  const map = classActivationMap(model, features, options)
  close(await numbers(map), [0.5 * 1 + 0.5 * 3, 0.5 * 7, 0.5 * 2 + 0.5 * 2, 0.5 * 8])
  const whole = classActivationMap(model, features, { ...options, relu: false, target: 1 })
  close(await numbers(whole), opposite.flat())
  for (const owner of [features, map, whole, model]) owner.dispose()
})

it('makes a flat map zeros, not NaN, also beside one that is not', async () => {
  const model = head()
  const flat = fill([1, 2, 2, 2], 0.1)
  const both = stacked(
    [
      [1, 2],
      [3, 5],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  )
  const x = concat([flat, both])
  const map = classActivationMap(model, x, { layer: '0', target: 0 })
  close(await numbers(map), [0, 0, 0, 0, 0, 0.25, 0.5, 1])
  for (const owner of [flat, both, x, map, model]) owner.dispose()
})

it('takes differences within rounding for a flat map', async () => {
  const model = head()
  const x = tensor([1, 1 + 2 ** -22, 1, 1], [1, 2, 2, 1])
  const map = classActivationMap(model, x, { layer: '0', target: 0 })
  close(await numbers(map), [0, 0, 0, 0], 1e-9)
  for (const owner of [x, map, model]) owner.dispose()
})

it('agrees among the three on a net whose scores are means of maps, when nothing is negative', async () => {
  const model = head()
  const x = tidy(() => abs(hashed(3, [2, 4, 4, 3])))
  const options = { layer: '0', target: 1, scores: '2' }
  const maps = [classActivationMap, gradCam, gradCamPlusPlus].map(make => make(model, x, options))
  const [cam, ...others] = await Promise.all(maps.map(numbers))
  for (const other of others) close(other, cam!)
  for (const owner of [x, ...maps, model]) owner.dispose()
})

describe('the net', () => {
  let model: Sequential
  let x: Tensor
  beforeEach(() => {
    const body = [new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Dropout(0.5)]
    model = new Sequential(...body, new Conv2d(4, 2, 3), new AdaptiveAvgPool2d(), new Flatten())
    x = hashed(1, [2, 8, 8, 3])
  })
  afterEach(() => {
    x.dispose()
    model.dispose()
  })

  it('runs as in evaluation and is as before: modes, buffers, hooks', async () => {
    model.train()
    model[1]!.eval()
    const state = await Promise.all([...model.namedBuffers()].map(([, { value }]) => value.data()))
    const maps = [0, 1].map(() => gradCam(model, x, { layer: '2' }))
    expect(await numbers(maps[0]!)).toEqual(await numbers(maps[1]!))
    const modes = [...model.namedModules()].map(([path, { training }]) => `${path}:${training}`)
    expect(modes.slice(0, 4)).toEqual([':true', '0:true', '1:false', '2:true'])
    const now = await Promise.all([...model.namedBuffers()].map(([, { value }]) => value.data()))
    expect(now).toEqual(state)
    const before = holdings().tensors
    model.call(x).dispose()
    expect(holdings().tensors).toBe(before)
    for (const map of maps) map.dispose()
  })

  it('is explained picture by picture: a batch gives the maps of its pictures', async () => {
    const together = gradCamPlusPlus(model, x, { layer: model[2]! })
    const [first, second] = [0, 1].map(i => slice(x, [i], [1])) as [Tensor, Tensor]
    const alone = [first, second].map(one => gradCamPlusPlus(model, one, { layer: '2' }))
    close(await numbers(together), (await Promise.all(alone.map(numbers))).flat())
    for (const owner of [together, first, second, ...alone]) owner.dispose()
  })

  it('may be frozen', () => {
    model.freeze()
    const map = gradCam(model, x, { layer: '0' })
    expect(map.shape).toEqual([2, 6, 6])
    map.dispose()
  })

  it('takes part in methods of your own', async () => {
    const method = {
      weights: ({ gradients }: { gradients: Tensor }) => gradients,
      combine: (features: Tensor, weights: Tensor) => sum(mul(features, weights), 3),
    }
    const options = { layer: '4', target: 0, normalise: false }
    const map = activationMap(method, model, x, options)
    const features = classActivationMap(model, x, { ...options, relu: false })
    const sixteenth = div(features, 16) // the gradient of a mean over 4×4
    close(await numbers(map), await numbers(sixteenth))
    for (const owner of [map, features, sixteenth]) owner.dispose()
  })

  const errorOf = (make: () => Tensor): string => {
    const before = holdings()
    try {
      make().dispose()
    } catch (error) {
      expect(holdings()).toEqual(before)
      expect(model.training).toBe(true)
      model.call(x).dispose() // no hook is left to complain
      expect(holdings()).toEqual(before)
      return (error as Error).message
    }
    return 'none'
  }

  it('complains about a layer without height and width, and names those that have them', () => {
    expect(errorOf(() => gradCam(model, x, { layer: '6' }))).toBe(
      "the layer '6' puts out [2, 2], which has no height and width to show; " +
        'expected a layer that has: 0, 1, 2, 3, 4.',
    )
    expect(errorOf(() => classActivationMap(model, x, { layer: model[5]! }))).toMatch(
      /^the layer AdaptiveAvgPool2d\(1\) puts out \[2, 1, 1, 2\]/,
    )
  })

  it('complains about a layer that is not called', () => {
    const stranger = new ReLU()
    expect(errorOf(() => gradCam(model, x, { layer: stranger }))).toBe(
      "the layer ReLU() took no part in the model's forward; expected a module that the model calls. " +
        'A module runs its hooks in `call`; its `forward` alone does not.',
    )
    expect(errorOf(() => gradCam(model, x, { layer: '7' }))).toMatch(/^no module '7' in Sequential/)
  })

  it('complains about a layer that the scores do not depend on', () => {
    class Aside extends Module {
      net = model
      aside = new Conv2d(3, 2, 3)
      forward(input: Tensor) {
        this.aside.call(input)
        return this.net.call(input)
      }
    }
    const net = new Aside()
    expect(errorOf(() => gradCam(net, x, { layer: 'aside' }))).toBe(
      "the class scores do not depend on the layer 'aside'; expected a layer that comes before them.",
    )
    net.aside.dispose()
  })

  it('complains about targets, shapes and channels', () => {
    const target = (target: number | number[]) =>
      errorOf(() => gradCam(model, x, { layer: '0', target }))
    expect(target(2)).toBe('there is no class 2; expected an integer from 0 to 1.')
    expect(target(0.5)).toMatch(/^there is no class 0.5/)
    expect(target([0, -1])).toMatch(/^there is no class -1/)
    expect(target([0])).toBe(
      'there are 1 targets for 2 pictures; expected one for each, or one for all.',
    )
    expect(errorOf(() => gradCam(model, x, { layer: '0', scores: '4' }))).toBe(
      'the class scores are of the shape [2, 4, 4, 2]; expected [2, classes]. ' +
        'Name the module that puts them out with the option `scores`.',
    )
    const flat = zeros([2, 192])
    expect(errorOf(() => gradCam(model, flat, { layer: '0' }))).toMatch(
      /^the pictures have the shape \[2, 192\]; expected \[pictures, height, width, channels\]/,
    )
    flat.dispose()
    expect(errorOf(() => classActivationMap(model, x, { layer: '0' }))).toBe(
      'the layer puts out 4 channels for 2 classes; expected a map for each class. ' +
        'Name the linear layer after the pooling with the option `linear`, or use gradCam().',
    )
    expect(errorOf(() => classActivationMap(model, x, { layer: '0', linear: '1' }))).toBe(
      "'1' is BatchNorm2d; expected a Linear.",
    )
    const linear = new Linear(5, 2)
    expect(errorOf(() => classActivationMap(model, x, { layer: '0', linear }))).toMatch(
      /4 channels for 2 classes, and the linear layer's weight is \[5, 2\]/,
    )
    linear.dispose()
  })

  it('frees all when its forward throws', () => {
    const wrong = ones([1, 8, 8, 4])
    expect(errorOf(() => gradCam(model, wrong, { layer: '0' }))).toMatch(/Conv2d got an input/)
    wrong.dispose()
  })
})
