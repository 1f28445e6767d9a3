/**
 * Ten steps of Resnet2 beside PyTorch's, each from PyTorch's weights: what `teacher.py` wrote down. The
 * committed ones are of a narrow net; `DL_TEACHER` may name a file with the lesson's widths.
 */
import { valueAndGrads } from '@dl/core'
import { decodeSafetensors, type StoredTensors } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { dispose, div, sub, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Resnet2 } from '../src/models'

/** tfjs-cpu takes seconds for each. */
const STEPS = import.meta.env.DL_TEST_BACKEND === 'cpu' ? 2 : 10

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
  for (let step = 0; step < STEPS; step++) {
    const [weights, gradients, buffers] = ['weights', 'gradients', 'buffers'].map(name =>
      kind(step, name),
    )
    const state = Object.fromEntries([...weights!].map(([name, t]) => [name, toTensor(t)]))
    const { unexpected } = model.loadStateDict(state, { strict: false })
    expect(unexpected).toEqual([])
    dispose(state)

    const images = tidy(() => sub(div(toTensor(tensors[`${step}/pixels`]!), 127.5), 1))
    const labels = toTensor(tensors[`${step}/labels`]!)
    const named = [...model.namedParameters()]
    const result = valueAndGrads(
      () => crossEntropy(model.call(images), labels),
      named.map(([, parameter]) => parameter),
    )
    const [loss] = await result.value.data()
    const expected = Number(tensors[`${step}/loss`]!.data[0])
    expect(Math.abs(loss! - expected), `loss of step ${step}`).toBeLessThan(1e-5)

    for (const [i, [, parameter]] of named.entries()) parameter.assign(result.grads[i]!)
    result.commit()
    result.dispose()
    // in PyTorch's layout
    const ours = model.stateDict()
    const pairs = [...gradients!].map(async ([name, theirs]) => {
      return [await ours[name]!.data(), theirs.data as Float32Array] as const
    })
    const error = relativeL2(await Promise.all(pairs))
    expect(error, `gradient of step ${step}`).toBeLessThan(1e-2)
    for (const [name, theirs] of buffers!) {
      const values = await ours[name]!.data()
      values.forEach((value, k) => {
        const difference = Math.abs(value - Number(theirs.data[k]))
        expect(difference, `${name} of step ${step}`).toBeLessThan(1e-5)
      })
    }
    dispose([images, labels])
    dispose(ours)
  }
  model.dispose()
}

describe('ten steps of Resnet2, each from PyTorch’s weights', () => {
  it('give its loss, gradient and batch statistics: a narrow net', async () => {
    await compare(await readBytes(new URL('fixtures/narrow.safetensors', import.meta.url)))
  })

  it('give its loss, gradient and batch statistics: the lesson’s widths', async ctx => {
    const path = globalThis.process?.env?.DL_TEACHER
    if (!path) return ctx.skip('DL_TEACHER names no file of teacher.py')
    await compare(await readBytes(new URL(path, 'file:')))
  })
})
