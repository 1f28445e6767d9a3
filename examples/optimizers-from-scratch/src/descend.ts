/** Walking downhill, and finding the rate to do it at. */
import { RULES, type RuleName, type Vector } from './rules'
import type { Surface } from './surfaces'

export interface Descent {
  rule: RuleName
  lr: number
  /** Where it came through, the start first. */
  path: Vector[]
  loss: number
  /** Steps until the loss was a thousandth of what it began with, or null. */
  reached: number | null
}

/** Three in each decade, from 1e-4 to 5. */
const RATES = [-4, -3, -2, -1, 0].flatMap(power => [1, 2, 5].map(n => Number(`${n}e${power}`)))

export function descend(surface: Surface, rule: RuleName, lr: number, steps: number): Descent {
  const next = RULES[rule](lr)
  const path: Vector[] = [surface.start]
  let at = surface.start
  for (let step = 0; step < steps; step++) {
    at = next(at, surface.gradient(at))
    path.push(at)
  }
  const losses = path.map(point => surface.loss(point))
  const reached = losses.findIndex(loss => loss <= losses[0]! / 1000)
  return { rule, lr, path, loss: losses.at(-1)!, reached: reached < 0 ? null : reached }
}

/**
 * At the rate that ends lowest, of those that never get above the start. Rules want rates of
 * different sizes: at one and the same, or at rates sought with more patience for one of them, a
 * comparison says nothing.
 */
export function descendAtBest(surface: Surface, rule: RuleName, steps: number): Descent {
  const all = RATES.map(lr => descend(surface, rule, lr, steps))
  const highest = surface.loss(surface.start)
  const calm = all.filter(({ path }) => path.every(at => surface.loss(at) <= highest))
  return calm.reduce((best, one) => (one.loss < best.loss ? one : best))
}
