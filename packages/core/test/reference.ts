/**
 * The fused operations in float64 and plain loops, from the formulas and not from the kernels.
 * Gradients of the recurrent nets are central differences.
 */
import { threefry2x32 } from '../src/random/threefry'

export interface Values {
  shape: number[]
  data: Float32Array | Float64Array | Int32Array
}
export type Inputs = Record<string, Values>

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

const valuesOf = (shape: number[], data: number[]): Values & { data: Float64Array } => ({
  shape,
  data: Float64Array.from(data),
})

// biome-ignore lint/suspicious/noExplicitAny: as free as the kernels' attributes
export type Attrs = Record<string, any>

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** One unit, one step: from its gates' input and hidden parts, h and c to the new h, c and cache. */
type Cell = (
  input: number[],
  hidden: number[],
  h: number,
  c: number,
) => { h: number; c: number; cache: number[] }

const cells: Record<string, { gates: number; cell: Cell }> = {
  tanh: { gates: 1, cell: ([i], [h]) => ({ h: Math.tanh(i! + h!), c: 0, cache: [] }) },
  relu: { gates: 1, cell: ([i], [h]) => ({ h: Math.max(i! + h!, 0), c: 0, cache: [] }) },
  gru: {
    gates: 3,
    cell: ([inR, inZ, inN], [hidR, hidZ, hidN], h) => {
      const r = sigmoid(inR! + hidR!)
      const z = sigmoid(inZ! + hidZ!)
      const n = Math.tanh(inN! + r * hidN!)
      return { h: (1 - z) * n + z * h, c: 0, cache: [r, z, n, hidN!] }
    },
  },
  lstm: {
    gates: 4,
    cell: (input, hidden, _h, before) => {
      const [i, f, g, o] = input.map((x, k) => (k === 2 ? Math.tanh : sigmoid)(x + hidden[k]!))
      const c = f! * before + i! * g!
      return { h: o! * Math.tanh(c), c, cache: [i!, f!, g!, o!] }
    },
  },
}

/** A recurrent layer over a sequence. */
export function unroll(kind: string, { x, h0, c0, wIh, wHh, bIh, bHh }: Inputs) {
  const { gates, cell } = cells[kind]!
  const [time, batch, inputs] = x!.shape as [number, number, number]
  const width = h0!.shape[1]!
  const columns = gates * width
  const projected = (row: ArrayLike<number>, from: number, size: number, w: Values, b?: Values) =>
    Array.from({ length: columns }, (_, column) => {
      let total = b ? b.data[column]! : 0
      for (let k = 0; k < size; k++) total += row[from + k]! * w.data[k * columns + column]!
      return total
    })
  const [y, states, cache]: number[][] = [[], [], []]
  let h = [...h0!.data]
  let c = c0 ? [...c0.data] : h.map(() => 0)
  for (let t = 0; t < time; t++) {
    const [nextH, nextC]: number[][] = [[], []]
    for (let b = 0; b < batch; b++) {
      const input = projected(x!.data, (t * batch + b) * inputs, inputs, wIh!, bIh)
      const hidden = projected(h, b * width, width, wHh!, bHh)
      const units = Array.from({ length: width }, (_, unit) => {
        const own = (all: number[]) =>
          Array.from({ length: gates }, (_, gate) => all[gate * width + unit]!)
        return cell(own(input), own(hidden), h[b * width + unit]!, c[b * width + unit]!)
      })
      nextH!.push(...units.map(unit => unit.h))
      nextC!.push(...units.map(unit => unit.c))
      for (const part of units[0]!.cache.keys()) {
        cache!.push(...units.map(unit => unit.cache[part]!))
      }
    }
    h = nextH!
    c = nextC!
    y!.push(...h)
    states!.push(...c)
  }
  const last = [batch, width]
  const all = valuesOf([time, batch, cache!.length / (time * batch)], cache!)
  return {
    y: valuesOf([time, ...last], y!),
    hN: valuesOf(last, h),
    cN: valuesOf(last, c),
    cache: all,
    gates: all,
    cells: valuesOf([time, ...last], states!),
  }
}

/** ∂f/∂inputs[name] by central differences. */
export function numericGradient(
  f: (inputs: Inputs) => number,
  inputs: Inputs,
  name: string,
): Values {
  const STEP = 1e-5
  const { shape, data: original } = inputs[name]!
  const data = Float64Array.from(original)
  const shifted = { ...inputs, [name]: { shape, data } }
  const gradient = Array.from(original, (value, i) => {
    data[i] = value + STEP
    const above = f(shifted)
    data[i] = value - STEP
    const below = f(shifted)
    data[i] = value
    return (above - below) / (2 * STEP)
  })
  return valuesOf(shape, gradient)
}

const rowsOf = ({ shape, data }: Values): number[][] =>
  Array.from({ length: shape[0]! }, (_, row) => [
    ...data.slice(row * shape[1]!, (row + 1) * shape[1]!),
  ])

/** Loss, the largest logit and Σ e^(x − peak) without the label's, and the gradient of Σ loss · dy. */
export function crossEntropy({ logits, labels, dy }: Inputs, { reduction, ignoreIndex }: Attrs) {
  const rows = rowsOf(logits!)
  const label = (n: number) => labels!.data[n]!
  const peaks = rows.map(row => Math.max(...row))
  const others = rows.map((row, n) =>
    row.reduce((total, x, k) => total + (k === label(n) ? 0 : Math.exp(x - peaks[n]!)), 0),
  )
  const counted = rows.map((_, n) => label(n) !== ignoreIndex)
  // the label's probability by what it lacks of 1, as 1 − p has no digits near p = 1
  const odds = rows.map((row, n) => others[n]! / Math.exp(row[label(n)]! - peaks[n]!))
  const losses = rows.map((_, n) => (counted[n] ? Math.log1p(odds[n]!) : 0))
  const total = losses.reduce((a, b) => a + b, 0)
  const parts = reduction === 'mean' ? counted.filter(Boolean).length : 1
  const dlogits = rows.flatMap((row, n) =>
    row.map((x, k) => {
      if (!counted[n]) return 0
      const own = Math.exp(row[label(n)]! - peaks[n]!)
      const power = k === label(n) ? -others[n]! : Math.exp(x - peaks[n]!)
      return ((power / (others[n]! + own)) * dy!.data[reduction === 'none' ? n : 0]!) / parts
    }),
  )
  return {
    loss: reduction === 'none' ? valuesOf([rows.length], losses) : valuesOf([], [total / parts]),
    peak: valuesOf([rows.length], peaks),
    others: valuesOf([rows.length], others),
    dlogits: valuesOf(logits!.shape, dlogits),
  }
}

/** Losses and the gradient of Σ loss · dy. */
export function binaryCrossEntropy({ logits, targets, dy }: Inputs) {
  const { shape, data } = logits!
  const [losses, slopes]: number[][] = [[], []]
  data.forEach((x, i) => {
    const t = targets!.data[i]!
    const [off, on] = [Math.log1p(Math.exp(x)), Math.log1p(Math.exp(-x))]
    losses!.push((t === 1 ? 0 : (1 - t) * off) + (t === 0 ? 0 : t * on))
    slopes!.push(((1 - t) / (1 + Math.exp(-x)) - t / (1 + Math.exp(x))) * dy!.data[i]!)
  })
  return { losses: valuesOf(shape, losses!), dlogits: valuesOf(shape, slopes!) }
}

/** Output, mean, variance and γ/σ, and the gradients of Σ output · dy for x, γ and β. */
export function batchNorm(
  { x, gamma, beta, dy, ...given }: Inputs,
  { eps, training, relu }: Attrs,
) {
  const channels = x!.shape.at(-1)!
  const rows = x!.data.length / channels
  const per = (f: (channel: number) => number) => Array.from({ length: channels }, (_, c) => f(c))
  const total = (f: (i: number) => number) => (channel: number) => {
    let sum = 0
    for (let i = channel; i < x!.data.length; i += channels) sum += f(i)
    return sum
  }
  const input = Float64Array.from(x!.data, value => (relu ? Math.max(value, 0) : value))
  const mean = training ? per(c => total(i => input[i]!)(c) / rows) : [...given.mean!.data]
  const away = (i: number) => input[i]! - mean[i % channels]!
  const variance = training
    ? per(c => total(i => away(i) ** 2)(c) / rows)
    : [...given.variance!.data]
  const deviation = variance.map(v => Math.sqrt(v + eps))
  const scale = deviation.map((d, c) => (gamma?.data[c] ?? 1) / d)
  const output = Array.from(input, (_, i) => {
    const c = i % channels
    return away(i) * scale[c]! + (beta?.data[c] ?? 0)
  })
  const dbeta = per(total(i => dy!.data[i]!))
  const dgamma = per(c => total(i => dy!.data[i]! * away(i))(c) / deviation[c]!)
  const dx = Array.from(input, (_, i) => {
    const c = i % channels
    const indirect = (dbeta[c]! + (away(i) / deviation[c]!) * dgamma[c]!) / rows
    const passes = !relu || x!.data[i]! > 0
    return passes ? scale[c]! * (dy!.data[i]! - (training ? indirect : 0)) : 0
  })
  const each = (values: number[]) => valuesOf([channels], values)
  return {
    outputs: [valuesOf(x!.shape, output), each(mean), each(variance), each(scale)],
    gradients: [valuesOf(x!.shape, dx), each(dgamma), each(dbeta)],
  }
}

export function embedding({ weight, ids }: Inputs): Values {
  const rows = rowsOf(weight!)
  const picked = [...ids!.data].flatMap(id => rows[id]!)
  return valuesOf([...ids!.shape, weight!.shape[1]!], picked)
}

export function embeddingGradient({ ids, dy }: Inputs, { rows }: Attrs): Values {
  const width = dy!.shape.at(-1)!
  const gradient = Array<number>(rows * width).fill(0)
  dy!.data.forEach((value, i) => {
    gradient[ids!.data[Math.floor(i / width)]! * width + (i % width)]! += value
  })
  return valuesOf([rows, width], gradient)
}

export function dropout({ x }: Inputs, { p, key0, key1, counter }: Attrs): Values {
  const kept = Array.from(x!.data, (value, e) => {
    const block = BigInt(counter) + BigInt(e >> 1)
    const words = new Uint32Array(2)
    threefry2x32(key0, key1, Number(block & 0xffffffffn), Number(block >> 32n), words, 0)
    return p < 1 && words[e % 2]! >>> 8 >= p * 2 ** 24 ? value / (1 - p) : 0
  })
  return valuesOf(x!.shape, kept)
}

export function sgdStep({ param, grad, buffer, scale }: Inputs, attrs: Attrs): Values[] {
  const { lr, momentum, nesterov, weightDecay, decoupledDecay } = attrs
  const steps = Array.from(param!.data, (p, i) => {
    const g = grad!.data[i]! * (scale?.data[0] ?? 1) + weightDecay * p
    const kept = buffer ? momentum * buffer.data[i]! + g : g
    const direction = buffer && nesterov ? g + momentum * kept : kept
    return [p * (1 - lr * decoupledDecay) - lr * direction, kept]
  })
  const outputs = buffer ? [0, 1] : [0]
  return outputs.map(k =>
    valuesOf(
      param!.shape,
      steps.map(s => s[k]!),
    ),
  )
}

export function adamStep({ param, grad, m, v, scale }: Inputs, attrs: Attrs): Values[] {
  const { lr, beta1, beta2, eps, weightDecay, decoupledDecay, step } = attrs
  const steps = Array.from(param!.data, (p, i) => {
    const g = grad!.data[i]! * (scale?.data[0] ?? 1) + weightDecay * p
    const first = beta1 * m!.data[i]! + (1 - beta1) * g
    const second = beta2 * v!.data[i]! + (1 - beta2) * g * g
    const direction = first / (1 - beta1 ** step) / (Math.sqrt(second / (1 - beta2 ** step)) + eps)
    return [p * (1 - lr * decoupledDecay) - lr * direction, first, second]
  })
  return [0, 1, 2].map(k =>
    valuesOf(
      param!.shape,
      steps.map(s => s[k]!),
    ),
  )
}
