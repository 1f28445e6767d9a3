import { Parameter } from '@dl/core'
import * as optim from '@dl/optim'
import { tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { relativeError } from '../../../scripts/golden'
import { contours, levelsOf } from '../src/contours'
import { descend, descendAtBest } from '../src/descend'
import { RULES, type RuleName } from '../src/rules'
import { SURFACES, type Surface } from '../src/surfaces'

const NAMES = Object.keys(RULES) as RuleName[]
const surfaces = Object.entries(SURFACES) as [string, Surface][]

const LIBRARY: Record<RuleName, () => optim.UpdateRule> = {
  sgd: optim.sgd,
  momentum: () => optim.sgd({ momentum: 0.9 }),
  nesterov: () => optim.sgd({ momentum: 0.9, nesterov: true }),
  adagrad: optim.adagrad,
  rmsprop: optim.rmsprop,
  adam: optim.adam,
}

describe.each(NAMES)('%s', name => {
  it('takes the steps that the library takes', async () => {
    const { start, gradient } = SURFACES.bowl
    const rule = RULES[name](0.02)
    const parameter = new Parameter(() => tensor([...start]))
    const lo = new optim.LayerOptimizer(LIBRARY[name], [parameter], 0.02)
    let at: readonly number[] = start
    for (let step = 1; step <= 30; step++) {
      const slope = gradient(at)
      const grads = [tensor([...slope])]
      lo.step(grads)
      at = rule(at, slope)
      // both have had the same gradients; what is left is the rounding of float32
      const ours = await parameter.value.data()
      at.forEach((value, i) => {
        expect(Math.abs(ours[i]! - value), `step ${step}`).toBeLessThan(1e-5)
      })
      for (const owner of grads) owner.dispose()
    }
    lo.dispose()
    parameter.dispose()
  })

  it.each(surfaces)('gets down %s without ever being above its start', (_, surface) => {
    const { path, loss } = descendAtBest(surface, name, surface.steps)
    const highest = surface.loss(surface.start)
    expect(loss).toBeLessThan(highest / 10)
    for (const at of path) expect(surface.loss(at)).toBeLessThanOrEqual(highest)
  })
})

it('shows momentum ahead of plain descent where a valley is long, and Adagrad ahead of none', () => {
  const losses = NAMES.map(name => descendAtBest(SURFACES.rosenbrock, name, 500).loss)
  const [sgd, momentum, , adagrad, , adam] = losses as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  expect(momentum).toBeLessThan(sgd / 100)
  expect(adam).toBeLessThan(adagrad / 100)
})

it('says after how many steps the loss was a thousandth', () => {
  const { path, reached } = descend(SURFACES.line, 'nesterov', 0.2, 60)
  const losses = path.map(at => SURFACES.line.loss(at))
  expect(losses[reached!]).toBeLessThanOrEqual(losses[0]! / 1000)
  expect(losses[reached! - 1]).toBeGreaterThan(losses[0]! / 1000)
  expect(descend(SURFACES.line, 'sgd', 1e-4, 5).reached).toBeNull()
})

describe.each(surfaces)('%s', (_, surface) => {
  it('has the gradient that differences give, and none at its minimum', () => {
    const points = [surface.start, [0.3, -0.7], [-0.2, 0.9]]
    for (const [x = 0, y = 0] of points) {
      const h = 1e-5
      const slope = [
        (surface.loss([x + h, y]) - surface.loss([x - h, y])) / (2 * h),
        (surface.loss([x, y + h]) - surface.loss([x, y - h])) / (2 * h),
      ]
      expect(relativeError(surface.gradient([x, y]), slope)).toBeLessThan(1e-5)
    }
    for (const slope of surface.gradient(surface.minimum)) expect(slope).toBeCloseTo(0, 9)
    expect(surface.loss(surface.minimum)).toBeCloseTo(0, 12)
  })

  it('has contour lines at their level', () => {
    const levels = levelsOf(surface)
    const range = levels.at(-1)!
    contours(surface, levels).forEach((segments, i) => {
      for (const point of segments.flat()) {
        expect(Math.abs(surface.loss(point) - levels[i]!) / range).toBeLessThan(0.02)
      }
    })
    expect(contours(surface, levels)[6]!.length).toBeGreaterThan(20)
  })
})
