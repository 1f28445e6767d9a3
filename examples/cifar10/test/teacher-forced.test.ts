/**
 * Ten steps of Resnet2 beside PyTorch's, each from PyTorch's weights and momentum: what `teacher.py`
 * wrote down. The committed ones are of a narrow net; `DL_TEACHER` may name a file with the lesson's
 * widths.
 */
import { valueAndGrads } from '@dl/core'
import { decodeSafetensors, type StoredTensors } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import { clone, dispose, div, sub, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Resnet2 } from '../src/models'

const backend = import.meta.env.DL_TEST_BACKEND
/** tfjs-cpu takes seconds for each. */
const STEPS = backend === 'cpu' ? 2 : 10
/** TensorFlow adds in another order: at the first step its loss is 2e-5 from PyTorch's. */
const LOSS_ERROR = backend === 'node' ? 5e-5 : 1e-5

async function readBytes(url: URL): Promise<Uint8Array> {
  if (url.protocol === 'file:') return process.getBuiltinModule('node:fs').readFileSync(url)
  const response = await fetch(`/@fs${url.pathname}`)
  return new Uint8Array(await response.arrayBuffer())
}

type Stored = StoredTensors['tensors'][string]

const toTensor = ({ dtype, shape, data }: Stored): Tensor =>
  dtype === 'I32'
    ? tensor(data as Int32Array, [...shape], 'int32')
    : tensor(Float32Array.from(data as Float32Array), [...shape])

/** ‖a − b‖ / ‖b‖ over all of several arrays together. */
function relativeL2(pairs: (readonly [ArrayLike<number>, ArrayLike<number>])[]): number {
  let [difference, norm] = [0, 0]
  for (const [a, b] of pairs) {
    for (let i = 0; i < b.length; i++) {
      difference += (a[i]! - b[i]!) ** 2
      norm += b[i]! ** 2
    }
  }
  return Math.sqrt(difference / norm)
}

async function compare(bytes: Uint8Array): Promise<void> {
  const { tensors } = decodeSafetensors(bytes)
  const kind = (step: number, name: string) => {
    const prefix = `${step}/${name}/`
    const names = Object.keys(tensors).filter(key => key.startsWith(prefix))
    return new Map(names.map(key => [key.slice(prefix.length), tensors[key]!]))
  }
  const stages = [...kind(0, 'weights')].flatMap(([name, { shape }]) => {
    return /^layers\.\d+\.conv\.weight$/.test(name) ? [shape[0]!] : []
  })
  const stem = tensors['0/weights/conv1.conv.weight']!.shape[0]!
  const model = new Resnet2([stem, ...stages], 10, 0)
  const load = (named: Map<string, Stored>) => {
    const state = Object.fromEntries([...named].map(([name, t]) => [name, toTensor(t)]))
    expect(model.loadStateDict(state, { strict: false }).unexpected).toEqual([])
    dispose(state)
  }
  /** How far the model's state is from theirs, all together, in PyTorch's layout. */
  const errorOf = async (named: Map<string, Stored>) => {
    const ours = model.stateDict()
    const pairs = [...named].map(async ([name, theirs]) => {
      return [await ours[name]!.data(), theirs.data as Float32Array] as const
    })
    const error = relativeL2(await Promise.all(pairs))
    dispose(ours)
    return error
  }
  const lo = new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, 1e-2, 1e-6)
  for (let step = 0; step < STEPS; step++) {
    const weights = kind(step, 'weights')
    const gradients = kind(step, 'gradients')
    load(gradients)
    const theirs = lo.parameters.map(({ value }) => clone(value))
    load(weights)

    const images = tidy(() => sub(div(toTensor(tensors[`${step}/pixels`]!), 127.5), 1))
    const labels = toTensor(tensors[`${step}/labels`]!)
    const named = [...model.namedParameters()]
    const result = valueAndGrads(
      () => crossEntropy(model.call(images), labels),
      named.map(([, parameter]) => parameter),
    )
    const [loss] = await result.value.data()
    const expected = Number(tensors[`${step}/loss`]!.data[0])
    expect(Math.abs(loss! - expected), `loss of step ${step}`).toBeLessThan(LOSS_ERROR)

    for (const [i, [, parameter]] of named.entries()) parameter.assign(result.grads[i]!)
    result.commit()
    result.dispose()
    expect(await errorOf(gradients), `gradient of step ${step}`).toBeLessThan(1e-2)
    const ours = model.stateDict()
    for (const [name, theirs] of kind(step, 'buffers')) {
      const values = await ours[name]!.data()
      values.forEach((value, k) => {
        const difference = Math.abs(value - Number(theirs.data[k]))
        expect(difference, `${name} of step ${step}`).toBeLessThan(1e-5)
      })
    }
    // what is fed their gradients has their momentum
    load(weights)
    lo.step(theirs)
    const next = kind(step + 1, 'weights')
    if (next.size > 0) expect(await errorOf(next), `update ${step}`).toBeLessThan(1e-6)
    dispose([images, labels, ...theirs])
    dispose(ours)
  }
  lo.dispose()
  model.dispose()
}

describe('ten steps of Resnet2, each from PyTorch’s weights', () => {
  it('give its loss, gradient, batch statistics and update: a narrow net', async () => {
    await compare(await readBytes(new URL('fixtures/narrow.safetensors', import.meta.url)))
  })

  it('give its loss, gradient, batch statistics and update: the lesson’s widths', async ctx => {
    const path = globalThis.process?.env?.DL_TEACHER
    if (!path) return ctx.skip('DL_TEACHER names no file of teacher.py')
    await compare(await readBytes(new URL(path, 'file:')))
  })
})
