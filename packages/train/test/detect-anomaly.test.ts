import { manualSeed, Parameter } from '@dl/core'
import { Linear, Module, Sequential } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { detectAnomaly, fit, memoryReport } from '@dl/train'
import { add, div, log, mul, sqrt, sub, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { line, meanSquare } from './parts'

class Layer extends Module {
  constructor(private readonly f: (x: Tensor) => Tensor) {
    super()
  }
  forward(x: Tensor): Tensor {
    return this.f(x)
  }
}

async function trained(
  f: (x: Tensor) => Tensor,
  { layer = new Layer(f) as Module, loss = meanSquare } = {},
): Promise<string> {
  manualSeed(1)
  const model = new Sequential(new Linear(1, 2), layer, new Linear(2, 1))
  const lo = new LayerOptimizer(adam, model, 0.01)
  try {
    await fit(model, { train: line(3) }, 1, lo, loss, { callbacks: [detectAnomaly(model)] })
    return 'nothing'
  } catch (error) {
    return (error as Error).message
  } finally {
    lo.dispose()
    model.dispose()
  }
}

it('names the layer whose output is not finite', async () => {
  expect(await trained(x => log(mul(x, 0)))).toMatch(
    /^the output of 1 is the first that is not finite \(8 -Infinity of \[4, 2\]\) in batch 1 of epoch 0;/,
  )
})

it('counts each kind', async () => {
  // 0/0 and ±1/0, of a batch of four with two units
  const over = tensor([1, 0, 1, 2, -1, 0, 3, -1], [4, 2])
  const message = await trained(x => div(add(over, mul(x, 0)), 0))
  over.dispose()
  expect(message).toMatch(
    /^the output of 1 is the first that is not finite \(4 Infinity and 2 NaN and 2 -Infinity of \[4, 2\]\)/,
  )
})

it('names the layer whose gradient is not finite', async () => {
  // the root's slope at 0 is infinite, and 0 times that is NaN
  expect(await trained(x => sqrt(sub(x, x)))).toMatch(
    /^all outputs are finite, and so is the gradient up to 1, but not behind it, at the output of 0 \(8 NaN of \[4, 2\]\) in batch 1/,
  )
})

it('says so where it is the loss, or what comes to a weight', async () => {
  const loss = (y: Tensor, target: Tensor) => div(meanSquare(y, target), 0)
  expect(await trained(x => x, { loss })).toMatch(
    /^all outputs are finite, but the loss is Infinity in batch 1/,
  )
  class Root extends Module {
    readonly scale = new Parameter(() => tensor([0]))
    forward(x: Tensor): Tensor {
      return mul(x, sqrt(this.scale.value))
    }
  }
  expect(await trained(x => x, { layer: new Root() as Module })).toMatch(
    /^all outputs and their gradients are finite, but not the gradient of 1.scale in batch 1/,
  )
})

it('lets a run be that has none', async () => {
  expect(await trained(x => mul(x, 2))).toBe('nothing')
})

it('says who holds memory', async () => {
  const model = new Sequential(new Linear(1, 2), new Linear(2, 1))
  const lo = new LayerOptimizer(adam, model, 0.01)
  await fit(model, { train: line(1) }, 1, lo, meanSquare)
  const report = memoryReport(model, lo)
  expect(report).toMatchObject({ parameters: 28, buffers: 0, optimizer: 56 })
  expect(report.rest).toBe(report.total - 84)
  expect(report.holders.map(({ path }) => path)).toContain('0.weight: m')
  expect(String(report)).toContain('1.bias')
  lo.dispose()
  model.dispose()
})
