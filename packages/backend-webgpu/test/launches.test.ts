/** What a step of training costs beside its arithmetic: launches, counted. */
import { backendInfo } from '@dl/backend-webgpu'
import { manualSeed, valueAndGrads } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM } from '@dl/text'
import { dispose, engine, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

it('probe', async () => {
  manualSeed(3)
  const model = new CharLM({
    vocab: 56,
    embedding: 42,
    hidden: 64,
    layers: 2,
    dropout: 0.5,
    cell: 'lstm',
  })
  const lo = new LayerOptimizer(adam, model, 1e-3, 1e-5, { clip: 0.5 })
  const be = engine().backend as any
  const counts: Record<string, number> = {}
  const original = be.during.bind(be)
  be.during = (name: string, run: any) => {
    const before = be.launches
    try {
      return original(name, run)
    } finally {
      counts[name] = (counts[name] ?? 0) + be.launches - before
    }
  }
  const ids = () => Int32Array.from({ length: 32 }, (_, i) => (i * 7) % 56)
  for (let i = 0; i < 3; i++) {
    for (const k of Object.keys(counts)) delete counts[k]
    const before = backendInfo().launches
    const x = tensor(ids(), [8, 4], 'int32')
    const y = tensor(ids(), [8, 4], 'int32')
    const step = valueAndGrads(
      () => crossEntropy(model.forward(x), y),
      lo.parameters.map(({ value }) => value),
    )
    lo.step(step.grads)
    await step.value.data()
    step.dispose()
    dispose([x, y])
    console.log(
      backendInfo().launches - before,
      JSON.stringify(Object.fromEntries(Object.entries(counts).filter(([, n]) => n))),
    )
  }
  expect(1).toBe(1)
  model.dispose()
  lo.dispose()
})
