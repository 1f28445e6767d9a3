import { Buffer, DlError, holdings, noGrad, Parameter, valueAndGrads } from '@dl/core'
import {
  abs,
  add,
  addN,
  customGrad,
  dispose,
  engine,
  exp,
  type GradSaveFunc,
  getBackend,
  greater,
  keep,
  matMul,
  mean,
  mul,
  registerKernel,
  relu,
  reshape,
  rsqrt,
  slice,
  split,
  square,
  sum,
  type Tensor,
  tensor,
  grads as tfGrads,
  unstack,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

/** Runs, reads and disposes. */
async function gradientsOf(f: (...xs: Tensor[]) => Tensor, ...inputs: Tensor[]) {
  const step = valueAndGrads(() => f(...inputs), inputs)
  const grads = await Promise.all(step.grads.map(async g => (g ? [...(await g.data())] : null)))
  const value = (await step.value.data())[0]!
  step.dispose()
  for (const input of inputs) input.dispose()
  return { value, grads }
}

it('sums over paths that meet again', async () => {
  const { value, grads } = await gradientsOf(x => sum(add(square(x), mul(x, 3))), tensor([1, 2]))
  expect(value).toBe(14)
  expect(grads).toEqual([[5, 7]])
})

it('gives null for what the value does not depend on, and a gradient of its own for each mention', () => {
  const [a, b] = [tensor([2]), tensor([3])]
  const step = valueAndGrads(() => sum(square(a)), [a, b, a])
  expect(step.grads[1]).toBeNull()
  expect(step.grads[0]).not.toBe(step.grads[2])
  step.dispose()
  a.dispose()
  b.dispose()
})

it('differentiates with respect to tensors made inside the function', async () => {
  const x = tensor([1, -2, 3])
  const inner: Tensor[] = []
  const step = valueAndGrads(() => {
    inner.push(relu(x))
    return sum(square(inner[0]!))
  }, inner)
  // + 0 makes 0 of the -0 that some backends have for -2 · 0
  expect(Array.from(await step.grads[0]!.data(), g => g + 0)).toEqual([2, 0, 6])
  step.dispose()
  x.dispose()
})

it('agrees with tf.grads on a small net', async () => {
  const shapes = [[4, 3], [3, 5], [5]] as const
  const xs = shapes.map(shape => {
    const size = shape.reduce((a, b) => a * b, 1)
    return tensor(
      Array.from({ length: size }, (_, i) => Math.sin(i + 1)),
      [...shape],
    )
  })
  const net = (x: Tensor, w: Tensor, b: Tensor) =>
    mean(square(relu(add(matMul(x, w), b)))) as Tensor
  const expected = tfGrads(net as never)(xs)
  const step = valueAndGrads(() => net(xs[0]!, xs[1]!, xs[2]!), xs)
  for (const [i, gradient] of step.grads.entries()) {
    const [ours, theirs] = await Promise.all([gradient!.data(), expected[i]!.data()])
    ours.forEach((value, j) => {
      expect(value).toBeCloseTo(theirs[j]!, 6)
    })
  }
  step.dispose()
  for (const t of [...xs, ...expected]) t.dispose()
})

it('keeps fewer buffers alive at its peak than tf.grads', () => {
  const x = tensor(Array(50).fill(0.5))
  const deep = (t: Tensor) => {
    let h = t
    for (let i = 0; i < 20; i++) h = mul(h, 1.01)
    return sum(square(h)) as Tensor
  }
  const start = holdings().buffers
  let peak = 0
  const { backend } = engine()
  const watched = backend.disposeData
  backend.disposeData = function (...args) {
    peak = Math.max(peak, holdings().buffers - start)
    return watched.apply(this, args)
  }
  tfGrads(deep as never)([x])[0]!.dispose()
  const theirs = peak
  peak = 0
  valueAndGrads(() => deep(x), [x]).dispose()
  backend.disposeData = watched
  expect(peak).toBeLessThan(theirs)
  x.dispose()
})

it('repairs: masks from comparisons, |x| at 0, 1/√x, broadcast batches, sums and means, slices, single pieces', async () => {
  const masked = await gradientsOf(
    x => sum(where(greater(x, 1), square(x), zerosLike(x))),
    tensor([0.5, 2]),
  )
  expect(masked.grads).toEqual([[0, 4]])
  expect((await gradientsOf(x => sum(abs(x)), tensor([-2, 0, 2]))).grads).toEqual([[-1, 0, 1]])
  const roots = await gradientsOf(x => sum(mul(rsqrt(x), tensor([1, 2]))), tensor([0.25, 4]))
  expect(roots.grads).toEqual([[-4, -0.125]])
  const batched = await gradientsOf(
    (a, b) => sum(matMul(a, b)),
    tensor([1, 2, 3, 4], [2, 1, 2]),
    tensor([5, 6], [1, 2, 1]),
  )
  expect(batched.grads).toEqual([
    [5, 6, 5, 6],
    [4, 6],
  ])
  const meaned = await gradientsOf(x => sum(square(mean(x, 0))), tensor([1, 2, 3, 4], [2, 2]))
  expect(meaned.grads).toEqual([[2, 3, 2, 3]])
  const sliced = await gradientsOf(x => sum(square(slice(x, [1], [2]))), tensor([1, 2, 3, 4]))
  expect(sliced.grads).toEqual([[0, 4, 6, 0]])
  const pieces = await gradientsOf(
    (a, b) => sum(add(square(unstack(a)[0]!), square(split(b, 1)[0]!))),
    tensor([1, 2], [1, 2]),
    tensor([3, 4]),
  )
  expect(pieces.grads).toEqual([
    [2, 4],
    [6, 8],
  ])
})

it('leaves tensors the methods that tfjs’s own gradients call', async () => {
  const { grads } = await gradientsOf(x => sum(addN([x, x.clone()])), tensor([1, 2]))
  expect(grads).toEqual([[2, 2]])
})

it('frees everything and drops buffer writes when something throws', () => {
  const weight = new Parameter(() => tensor([1, 2]))
  const state = new Buffer(() => tensor([0]))
  const before = holdings()
  expect(() =>
    valueAndGrads(() => {
      state.write(tensor([9]))
      square(weight.value)
      throw new RangeError('in the middle')
    }, [weight]),
  ).toThrow('in the middle')
  expect(holdings()).toEqual(before)
  expect([...state.value.dataSync()]).toEqual([0])
  weight.dispose()
  state.dispose()
})

it('frees what an operation had saved before it failed, and leaves what the function has kept', async () => {
  const weight = new Parameter(() => tensor([1, 2]))
  const failing = customGrad((...args) => {
    const [x, save] = args as [Tensor, GradSaveFunc]
    const y = square(x)
    save([x, y])
    throw new RangeError('no memory for the rest')
  })
  const before = holdings()
  const kept: Tensor[] = []
  expect(() =>
    valueAndGrads(() => {
      kept.push(keep(square(weight.value)))
      return sum(failing(exp(weight.value)))
    }, [weight]),
  ).toThrow('no memory for the rest')
  expect([...(await kept[0]!.data())]).toEqual([1, 4])
  dispose(kept)
  expect(holdings()).toEqual(before)
  weight.dispose()
})

it('frees everything when a gradient is missing, and names the operation', () => {
  registerKernel({
    kernelName: 'TestNoGradient',
    backendName: getBackend(),
    kernelFunc: ({ inputs }) => square(inputs.x as Tensor),
  })
  const x = tensor([1, 2])
  const before = holdings()
  const f = () => sum(engine().runKernel('TestNoGradient', { x }) as Tensor) as Tensor
  expect(() => valueAndGrads(f, [x])).toThrowErrorMatchingInlineSnapshot(
    `[DlError: the operation TestNoGradient has no gradient; expected differentiable operations between the parameters and the loss. Compute it inside noGrad(), or register one with registerGradient().]`,
  )
  expect(holdings()).toEqual(before)
  x.dispose()
})

it('queues buffer writes until commit, and lets no gradient through them', async () => {
  const x = tensor([2])
  const state = new Buffer(() => tensor([1]))
  const step = valueAndGrads(() => {
    state.write(mul(x, 5))
    return sum(mul(state.value, x))
  }, [x])
  expect([...(await step.grads[0]!.data())]).toEqual([10])
  expect([...(await state.value.data())]).toEqual([1])
  step.commit()
  expect([...(await state.value.data())]).toEqual([10])
  step.dispose()
  state.dispose()
  x.dispose()
})

it('records nothing inside noGrad', async () => {
  const { grads } = await gradientsOf(
    x =>
      sum(
        mul(
          noGrad(() => square(x)),
          x,
        ),
      ),
    tensor([3]),
  )
  expect(grads).toEqual([[9]])
})

it('refuses values that are no scalar, promises and nesting', () => {
  const x = tensor([1, 2])
  expect(() => valueAndGrads(() => reshape(square(x), [2, 1]), [x])).toThrow(
    /float32 of shape \[2, 1\]; expected a float32 scalar/,
  )
  expect(() => valueAndGrads((async () => sum(x)) as never, [x])).toThrow(/returned a promise/)
  const nested = () => valueAndGrads(() => sum(x), [x]).value
  expect(() => valueAndGrads(nested, [x])).toThrow(DlError)
  x.dispose()
})
