import { Linear, Module, Sequential } from '@dl/layers'
import { toOnnx } from '@dl/onnx'
import { convnetBuilder, preActResnet18, resnet18, resnet20, resnet34, resnet50 } from '@dl/vision'
import { add, mul, relu, reverse, type Tensor, topk, transpose } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { draw, expectSame, seeded } from './compare'

const small = { widths: [4, 6, 8, 10], classes: 5 }

const NETS = {
  resnet18: () => resnet18(small),
  resnet34: () => resnet34(small),
  resnet50: () => resnet50(small),
  preActResnet18: () => preActResnet18({ ...small, stem: 'cifar' }),
  'resnet20 with shortcuts of padding': () => resnet20({ widths: [4, 6, 8] }),
}

describe('nets in onnxruntime', () => {
  for (const [name, make] of Object.entries(NETS)) {
    it(`${name} gives the same, and has one transposition`, async () => {
      const shape = [32, 32, 3] as const
      const bytes = await expectSame(
        seeded(make),
        { inputs: { x: ['N', ...shape] } },
        { x: draw([3, ...shape]) },
      )
      expect(count(bytes, 'Transpose')).toBe(1)
    })
  }

  it("fast.ai's net: a body, both pools, a head with batch norms and dropout", async () => {
    const net = seeded(() => resnet18(small))
    const { model } = convnetBuilder(net, { classes: 4, xtraFc: [6] })
    net.fc!.dispose()
    await expectSame(model, { inputs: { x: ['N', 32, 32, 3] } }, { x: draw([3, 32, 32, 3]) })
  })

  it('takes maps as [N, C, H, W] if told to, without any transposition', async () => {
    const model = seeded(() => resnet18(small))
    const bytes = await expectSame(
      model,
      {
        inputs: { x: ['N', 3, 32, 32] },
        forward: ({ x }) => model.call(transpose(x!, [0, 2, 3, 1])),
      },
      { x: draw([2, 3, 32, 32]) },
    )
    expect(count(bytes, 'Transpose')).toBe(0)
  })
})

/** How many operations of a kind there are: each has its type as a field of its own. */
function count(bytes: Uint8Array, op: string): number {
  const field = String.fromCharCode(0x22, op.length) + op
  return Buffer.from(bytes).toString('latin1').split(field).length - 1
}

class Own extends Module {
  inner = new Linear(4, 4)
  parts = [new Linear(4, 2)]

  forward(x: Tensor) {
    const twice = mul(relu(this.inner.call(x)), 2)
    return this.parts[0]!.call(add(twice, reverse(x, 1)))
  }
}

class Best extends Module {
  forward(x: Tensor) {
    return topk(x, 2).values
  }
}

describe('modules of your own', () => {
  it('are followed as they are', async () => {
    await expectSame(
      seeded(() => new Own()),
      { inputs: { x: ['N', 4] } },
      { x: draw([3, 4]) },
    )
  })

  it('are refused by name where an operation is not known', async () => {
    const model = new Sequential(new Linear(4, 4), new Best())
    await expect(toOnnx(model, { inputs: { x: ['N', 4] } })).rejects.toThrow(
      'Best at 1 computes TopK, for which there is no ONNX here; expected operations that the README of @dl/onnx lists. Compute it outside of the file: pass { forward } that leaves it out.',
    )
    model.dispose()
  })

  it('are refused where what they do depends on an open size', async () => {
    class ByLength extends Module {
      forward(x: Tensor) {
        return mul(x, 1 / x.shape[0]!)
      }
    }
    const model = new ByLength()
    await expect(toOnnx(model, { inputs: { x: ['N', 4] } })).rejects.toMatchObject({
      code: 'not-exportable',
    })
    await expectSame(model, { inputs: { x: [3, 4] } }, { x: draw([3, 4]) })
  })

  it('may give out an input, and what does not depend on any', async () => {
    class Both extends Module<[Tensor], Record<string, Tensor>> {
      weight = new Linear(2, 2, { bias: false })
      forward(x: Tensor) {
        return { x, constant: add(this.weight.weight.value, 1) }
      }
    }
    const model = seeded(() => new Both())
    await expectSame(model, { inputs: { x: ['N', 4] } }, { x: draw([3, 4]) }, { x: 'x_out' })
  })
})

describe('wrong options', () => {
  const model = new Sequential()
  const tries: [unknown, string][] = [
    [{}, "toOnnx got inputs undefined; expected shapes by name: { x: ['N', 28, 28, 1] }."],
    [
      { inputs: { x: [0, 2] } },
      'toOnnx got input x of shape [0, 2]; expected integers of at least 1, and names for sizes that are open.',
    ],
    [
      { inputs: { x: { shape: [1], dtype: 'string' } } },
      'toOnnx got input x of type "string"; expected float32, int32, bool.',
    ],
    [{ inputs: { x: [1] }, opset: 9 }, 'toOnnx got opset 9; expected an integer from 13 to 21.'],
  ]
  for (const [options, message] of tries) {
    it(message, async () => {
      await expect(toOnnx(model, options as never)).rejects.toThrow(message)
    })
  }
})
