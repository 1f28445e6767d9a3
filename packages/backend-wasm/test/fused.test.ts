import { DlError, threefryWords } from '@dl/core'
import { clone, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectClose,
  floats,
  ints,
  runKernel,
  toTensor,
  useWasm,
  type Value,
  type WasmBackend,
} from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

const read = (x: Tensor) => [...(x.dataSync() as Float32Array)]
const code = (f: () => void): [string | undefined, string] => {
  try {
    tidy(f)
  } catch (error) {
    return [DlError.is(error) ? error.code : undefined, (error as Error).message]
  }
  return [undefined, '']
}

describe('cross-entropy', () => {
  const labelled = (values: number[]): Value => ({ values, shape: [values.length], dtype: 'int32' })

  function reference(logits: Value, labels: Value, reduction: string, ignore: number) {
    const [rows, classes] = logits.shape as [number, number]
    const x = (r: number, c: number) => logits.values[r * classes + c]!
    const all = Array.from({ length: rows }, (_, r) => r)
    const lse = all.map(r => {
      const row = Array.from({ length: classes }, (_, c) => x(r, c))
      const top = Math.max(...row)
      return top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0))
    })
    const counted = all.filter(r => labels.values[r] !== ignore).length
    const losses = all.map(r =>
      labels.values[r] === ignore ? 0 : lse[r]! - x(r, labels.values[r]!),
    )
    const total = losses.reduce((sum, loss) => sum + loss, 0)
    const loss = reduction === 'none' ? losses : [reduction === 'mean' ? total / counted : total]
    const gradient = (dy: ArrayLike<number>) =>
      all.flatMap(r =>
        Array.from({ length: classes }, (_, c) => {
          const label = labels.values[r]
          if (label === ignore) return 0
          const factor =
            reduction === 'none' ? dy[r]! : dy[0]! / (reduction === 'mean' ? counted : 1)
          return (Math.exp(x(r, c) - lse[r]!) - (label === c ? 1 : 0)) * factor
        }),
      )
    const peak = all.map(r => Math.max(...Array.from({ length: classes }, (_, c) => x(r, c))))
    const others = all.map(r =>
      Array.from({ length: classes }, (_, c) =>
        c === labels.values[r] ? 0 : Math.exp(x(r, c) - peak[r]!),
      ).reduce((sum, power) => sum + power, 0),
    )
    return { peak, others, loss, gradient }
  }

  const cases = [1, 4, 7, 56].flatMap(classes =>
    (['mean', 'sum', 'none'] as const).map(reduction => ({ classes, reduction })),
  )
  it.each(cases)('$reduction over $classes classes', ({ classes, reduction }) => {
    const [logits, labels] = [floats(9, classes), ints(classes, 9)]
    labels.values = Int32Array.from(labels.values, (label, i) => (i % 4 === 1 ? -100 : label))
    const attrs = { reduction, ignoreIndex: -100 }
    const wanted = reference(logits, labels, reduction, -100)
    const dy = reduction === 'none' ? floats(9) : floats()
    tidy(() => {
      const inputs = { logits: toTensor(logits), labels: toTensor(labels) }
      const [loss, peak, others] = runKernel('DlCrossEntropy', inputs, attrs)
      expect(loss!.shape).toEqual(reduction === 'none' ? [9] : [])
      expectClose(read(loss!), wanted.loss, 2e-6)
      expectClose(read(peak!), wanted.peak, 0)
      expectClose(read(others!), wanted.others, 2e-6)
      const given = { ...inputs, peak: peak!, others: others!, dy: toTensor(dy) }
      const [gradient] = runKernel('DlCrossEntropyGrad', given, attrs)
      expectClose(read(gradient!), wanted.gradient(dy.values), 2e-6)
    })
  })

  it('survives large logits; the mean of no rows is NaN', () => {
    tidy(() => {
      const logits = toTensor({ values: [1e4, -1e4, 0], shape: [1, 3], dtype: 'float32' })
      const attrs = { reduction: 'mean', ignoreIndex: -100 }
      const labels = toTensor(labelled([1]))
      expectClose(read(runKernel('DlCrossEntropy', { logits, labels }, attrs)[0]!), [2e4])
      const ignored = { logits, labels: toTensor(labelled([-100])) }
      expect(read(runKernel('DlCrossEntropy', ignored, attrs)[0]!)).toEqual([NaN])
    })
  })

  it('names a label that is no class', () => {
    const [name, message] = code(() => {
      const inputs = { logits: toTensor(floats(3, 5)), labels: toTensor(labelled([0, 5, 1])) }
      runKernel('DlCrossEntropy', inputs, { reduction: 'mean', ignoreIndex: -100 })
    })
    expect(name).toBe('bad-label')
    expect(message).toMatchInlineSnapshot(
      `"the label of row 1 is 5; expected a class from 0 to 4, or the ignored index -100. Check that the model has as many outputs as there are classes."`,
    )
  })
})

describe('embedding', () => {
  it.each([[[7]], [[2, 5]], [[]], [[0]]])('of ids %j and its gradient', shape => {
    for (const width of [1, 4, 67]) {
      const [weight, ids, dy] = [floats(9, width), ints(9, ...shape), floats(...shape, width)]
      const rows = Array.from(ids.values)
      const wanted = rows.flatMap(id =>
        Array.from(weight.values).slice(id * width, (id + 1) * width),
      )
      const gradient = new Float64Array(9 * width)
      rows.forEach((id, i) => {
        for (let j = 0; j < width; j++) gradient[id * width + j]! += dy.values[i * width + j]!
      })
      tidy(() => {
        const inputs = { weight: toTensor(weight), ids: toTensor(ids) }
        const [out] = runKernel('DlEmbedding', inputs)
        expect(out!.shape).toEqual([...shape, width])
        expectClose(read(out!), wanted, 0)
        const given = { ids: inputs.ids, dy: toTensor(dy) }
        const [dweight] = runKernel('DlEmbeddingGrad', given, { rows: 9 })
        expect(dweight!.shape).toEqual([9, width])
        expectClose(read(dweight!), gradient, 1e-6)
      })
    }
  })

  it('names an id that is no row', () => {
    const ids: Value = { values: [0, 3, -1], shape: [3], dtype: 'int32' }
    const [name, message] = code(() => {
      runKernel('DlEmbedding', { weight: toTensor(floats(9, 2)), ids: toTensor(ids) })
    })
    expect(name).toBe('bad-id')
    expect(message).toMatchInlineSnapshot(
      `"id -1 at position 2 is no row of the table; expected ids from 0 to 8. Check that the vocabulary and the embedding have the same size."`,
    )
    const [again] = code(() => {
      runKernel('DlEmbeddingGrad', { ids: toTensor(ids), dy: toTensor(floats(3, 2)) }, { rows: 9 })
    })
    expect(again).toBe('bad-id')
  })
})

describe('dropout', () => {
  const key = [0x12345678, 0x9abcdef0] as const
  it.each([0, 1, 7, 8, 9, 100])('of %i elements takes the words of the stream', n => {
    for (const counter of [0, 5, 2 ** 32 - 3, 2 ** 40 + 1]) {
      for (const p of [0, 0.3, 0.5, 1]) {
        const x = floats(n)
        const words = threefryWords(key, counter, n)
        const wanted = Array.from(words, (word, e) =>
          word >>> 8 >= Math.ceil(p * 2 ** 24) ? x.values[e]! * (1 / (1 - p)) : 0,
        )
        tidy(() => {
          const attrs = { p, key0: key[0], key1: key[1], counter }
          expectClose(read(runKernel('DlDropout', { x: toTensor(x) }, attrs)[0]!), wanted, 1e-6)
        })
      }
    }
  })
})

describe('optimizer steps', () => {
  const shape = [3, 5]
  const cases = [undefined, 0.25].flatMap(scale =>
    [0, 0.1].flatMap(weightDecay =>
      [0, 0.2].map(decoupledDecay => ({ scale, weightDecay, decoupledDecay })),
    ),
  )
  const scaled = (scale?: number): Record<string, Tensor> =>
    scale === undefined ? {} : { scale: toTensor({ values: [scale], shape: [], dtype: 'float32' }) }

  it.each(cases)('sgd: scale $scale, decay $weightDecay, decoupled $decoupledDecay', given => {
    const { scale = 1, weightDecay, decoupledDecay } = given
    for (const [momentum, nesterov] of [
      [0, false],
      [0.9, false],
      [0.9, true],
    ] as const) {
      const lr = 0.1
      const [param, grad, buffer] = [floats(...shape), floats(...shape), floats(...shape)]
      const newBuffer: number[] = []
      const wanted = Array.from(param.values, (p, i) => {
        const g = grad.values[i]! * scale + weightDecay * p
        newBuffer[i] = momentum * buffer.values[i]! + g
        const d = momentum === 0 ? g : nesterov ? g + momentum * newBuffer[i]! : newBuffer[i]!
        return p * (1 - lr * decoupledDecay) - lr * d
      })
      tidy(() => {
        const inputs = {
          ...{ param: toTensor(param), grad: toTensor(grad) },
          ...(momentum ? { buffer: toTensor(buffer) } : {}),
          ...scaled(given.scale),
        }
        const attrs = { lr, momentum, nesterov, weightDecay, decoupledDecay }
        const outs = runKernel('DlSgdStep', inputs, attrs)
        expect(outs.length).toBe(momentum ? 2 : 1)
        expectClose(read(outs[0]!), wanted, 1e-6)
        if (momentum) expectClose(read(outs[1]!), newBuffer, 1e-6)
      })
    }
  })

  const hyper = { lr: 1e-2, beta1: 0.9, beta2: 0.99, eps: 1e-8 }

  it.each(cases)('adam: scale $scale, decay $weightDecay, decoupled $decoupledDecay', given => {
    const { scale = 1, weightDecay, decoupledDecay } = given
    for (const step of [1, 2, 100]) {
      const { lr, beta1, beta2, eps } = hyper
      const [param, grad, m, second] = [1, 2, 3, 4].map(() => floats(...shape))
      const v = { ...second!, values: Array.from(second!.values, Math.abs) }
      const [newM, newV]: number[][] = [[], []]
      const wanted = Array.from(param!.values, (p, i) => {
        const g = grad!.values[i]! * scale + weightDecay * p
        newM![i] = beta1 * m!.values[i]! + (1 - beta1) * g
        newV![i] = beta2 * v.values[i]! + (1 - beta2) * g * g
        const denominator = Math.sqrt(newV![i]!) / Math.sqrt(1 - beta2 ** step) + eps
        const update = (lr / (1 - beta1 ** step)) * (newM![i]! / denominator)
        return p * (1 - lr * decoupledDecay) - update
      })
      tidy(() => {
        const inputs = {
          ...{ param: toTensor(param!), grad: toTensor(grad!), m: toTensor(m!), v: toTensor(v) },
          ...scaled(given.scale),
        }
        const attrs = { ...hyper, weightDecay, decoupledDecay, step }
        const outs = runKernel('DlAdamStep', inputs, attrs)
        ;[wanted, newM!, newV!].forEach((values, i) => {
          expectClose(read(outs[i]!), values, 1e-6)
        })
      })
    }
  })

  it('write over values nobody else holds, and into new tensors else', () => {
    const attrs = { ...hyper, weightDecay: 0, decoupledDecay: 0, step: 1 }
    tidy(() => {
      const [param, grad, m, v] = [1, 2, 3, 4].map(() => toTensor(floats(6))) as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ]
      const old = read(param)
      const held = clone(param)
      const [newParam, newM, newV] = runKernel('DlAdamStep', { param, grad, m, v }, attrs)
      expect(newParam!.dataId).not.toBe(param.dataId)
      expect(read(held)).toEqual(old)
      expect([newM!.dataId, newV!.dataId]).toEqual([m.dataId, v.dataId])
      expect(backend.refCount(m.dataId)).toBe(2)
      m.dispose()
      expect(read(newM!).length).toBe(6)
    })
  })

  it('keep apart what was passed as two inputs in one tensor', () => {
    tidy(() => {
      const zero = toTensor({ values: [0, 0], shape: [2], dtype: 'float32' })
      const [param, grad] = [toTensor(floats(2)), toTensor(floats(2))]
      const attrs = { ...hyper, weightDecay: 0, decoupledDecay: 0, step: 1 }
      const outs = runKernel('DlAdamStep', { param, grad, m: zero, v: zero }, attrs)
      expect(new Set(outs.map(out => out.dataId)).size).toBe(3)
      expect(read(zero)).toEqual([0, 0])
    })
  })

  it('refuse a gradient of another shape', () => {
    const [name, message] = code(() => {
      const inputs = { param: toTensor(floats(3)), grad: toTensor(floats(4)) }
      const rest = { weightDecay: 0, decoupledDecay: 0 }
      runKernel('DlSgdStep', inputs, { lr: 1, momentum: 0, nesterov: false, ...rest })
    })
    expect(name).toBe('shape-mismatch')
    expect(message).toMatchInlineSnapshot(
      `"DlSgdStep got grad as float32 [4]; expected float32 [3]."`,
    )
  })
})
