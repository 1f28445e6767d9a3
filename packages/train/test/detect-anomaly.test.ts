import { manualSeed } from '@dl/core'
import { Linear, Module, Sequential } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { detectAnomaly, fit, memoryReport } from '@dl/train'
import { log, mul, sqrt, sub, type Tensor } from '@tensorflow/tfjs-core'
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

async function trained(f: (x: Tensor) => Tensor): Promise<string> {
  manualSeed(1)
  const model = new Sequential(new Linear(1, 2), new Layer(f), new Linear(2, 1))
  const lo = new LayerOptimizer(adam, model, 0.01)
  try {
    await fit(model, { train: line(3) }, 1, lo, meanSquare, { callbacks: [detectAnomaly(model)] })
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
    /^the output of 1 is the first that is not finite in batch 1 of epoch 0;/,
  )
})

it('names the layer whose gradient is not finite', async () => {
  // the root's slope at 0 is infinite, and 0 times that is NaN
  expect(await trained(x => sqrt(sub(x, x)))).toMatch(
    /^the gradient is finite up to 1, and behind it, at the output of 0, no more in batch 1/,
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
