/** A training that PyTorch began and saved, its optimizer included, goes on here to PyTorch's losses. */
import { readFile } from 'node:fs/promises'
import { valueAndGrads } from '@dl/core'
import { readPyTorch } from '@dl/data'
import { crossEntropy, loadPyTorchStateDict } from '@dl/layers'
import { adam, LayerOptimizer, loadPyTorchOptimizer } from '@dl/optim'
import { CharLM } from '@dl/text'
import { dispose, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const CLASSES = 10
const fixture = (name: string) => readFile(new URL(`fixtures/checkpoint-${name}`, import.meta.url))

it('of an LSTM under Adam', async () => {
  const saved = await readPyTorch(await fixture('lstm-adam.pt'))
  const { losses } = JSON.parse(String(await fixture('lstm-adam.json'))) as { losses: number[] }
  const model = new CharLM({ vocab: CLASSES, embedding: 5, hidden: 6, layers: 2, dropout: 0 })
  const lo = new LayerOptimizer(adam, model, 1)
  await loadPyTorchStateDict(model, saved)
  await loadPyTorchOptimizer(lo, saved)
  const ids = Int32Array.from({ length: 12 * 4 }, (_, i) => (i * 7) % CLASSES)
  const x = tensor(ids, [12, 4], 'int32')
  const target = tensor(
    ids.map(id => (id * 3 + 1) % CLASSES),
    [12, 4],
    'int32',
  )
  for (const [i, expected] of losses.entries()) {
    model.resetState()
    const step = valueAndGrads(() => crossEntropy(model.call(x), target), lo.parameters)
    const [loss] = await step.value.data()
    expect(Math.abs(loss! - expected), `loss ${i}`).toBeLessThan(1e-5)
    step.commit()
    lo.step(step.grads)
    step.dispose()
  }
  dispose([x, target])
  lo.dispose()
  model.dispose()
})
