/**
 * Gradient descent and what was made of it, each written out on plain numbers as PyTorch defines it.
 * A rule is made anew for each run, for what it remembers lies in its closure.
 */

/** A point, or a gradient: one number for each parameter. */
export type Vector = readonly number[]

/** From a point and the gradient there to the next point. */
export type Step = (x: Vector, gradient: Vector) => Vector

/** Downhill, by the slope. */
export function sgd(lr: number): Step {
  return (x, g) => x.map((xi, i) => xi - lr * g[i]!)
}

/** A heavy ball: it keeps most of the way it was going (Polyak, 1964). */
export function momentum(lr: number, mu = 0.9): Step {
  let v: Vector = []
  return (x, g) => {
    v = g.map((gi, i) => mu * (v[i] ?? 0) + gi)
    return x.map((xi, i) => xi - lr * v[i]!)
  }
}

/** The same ball, which looks ahead to where it will roll (Nesterov, 1983). */
export function nesterov(lr: number, mu = 0.9): Step {
  let v: Vector = []
  return (x, g) => {
    v = g.map((gi, i) => mu * (v[i] ?? 0) + gi)
    return x.map((xi, i) => xi - lr * (g[i]! + mu * v[i]!))
  }
}

/** A rate for each parameter, smaller the more it has been pushed (Duchi, 2011). It only ever falls. */
export function adagrad(lr: number, eps = 1e-10): Step {
  let sum: Vector = []
  return (x, g) => {
    sum = g.map((gi, i) => (sum[i] ?? 0) + gi * gi)
    return x.map((xi, i) => xi - (lr * g[i]!) / (Math.sqrt(sum[i]!) + eps))
  }
}

/** Adagrad that forgets: an average of the squares in place of their sum (Hinton, 2012). */
export function rmsprop(lr: number, alpha = 0.99, eps = 1e-8): Step {
  let square: Vector = []
  return (x, g) => {
    square = g.map((gi, i) => alpha * (square[i] ?? 0) + (1 - alpha) * gi * gi)
    return x.map((xi, i) => xi - (lr * g[i]!) / (Math.sqrt(square[i]!) + eps))
  }
}

/** Momentum and RMSprop in one, corrected for averages that begin at 0 (Kingma and Ba, 2015). */
export function adam(lr: number, beta1 = 0.9, beta2 = 0.999, eps = 1e-8): Step {
  let [m, v]: Vector[] = [[], []]
  let t = 0
  return (x, g) => {
    t++
    m = g.map((gi, i) => beta1 * (m?.[i] ?? 0) + (1 - beta1) * gi)
    v = g.map((gi, i) => beta2 * (v?.[i] ?? 0) + (1 - beta2) * gi * gi)
    return x.map((xi, i) => {
      const mean = m![i]! / (1 - beta1 ** t)
      const square = v![i]! / (1 - beta2 ** t)
      return xi - (lr * mean) / (Math.sqrt(square) + eps)
    })
  }
}

export const RULES = { sgd, momentum, nesterov, adagrad, rmsprop, adam }
export type RuleName = keyof typeof RULES
