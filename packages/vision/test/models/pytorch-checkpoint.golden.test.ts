/** A training that PyTorch began and saved in its older form goes on here to PyTorch's losses. */
import { readFile } from 'node:fs/promises'
import { valueAndGrads } from '@dl/core'
import { readPyTorch } from '@dl/data'
import { crossEntropy, loadPyTorchStateDict } from '@dl/layers'
import { LayerOptimizer, loadPyTorchOptimizer, sgd } from '@dl/optim'
import { resnet20 } from '@dl/vision'
import { dispose, sin, tensor, tidy, transpose } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const fixture = (name: string) =>
  readFile(new URL(`../fixtures/checkpoint-${name}`, import.meta.url))

it('of a ResNet-20 under momentum', async () => {
  const saved = await readPyTorch(await fixture('resnet20-sgd.pt'))
  const { losses } = JSON.parse(String(await fixture('resnet20-sgd.json'))) as { losses: number[] }
  const model = resnet20({ widths: [2, 3, 4] })
  const lo = new LayerOptimizer(() => sgd({ momentum: 0.5 }), model, 1)
  await loadPyTorchStateDict(model, saved)
  await loadPyTorchOptimizer(lo, saved)
  const numbers = Float32Array.from({ length: 8 * 3 * 8 * 8 }, (_, i) => i)
  const x = tidy(() => transpose(sin(tensor(numbers, [8, 3, 8, 8])), [0, 2, 3, 1]))
  const target = tensor([0, 1, 2, 3, 4, 5, 6, 7], [8], 'int32')
  for (const [i, expected] of losses.entries()) {
    const step = valueAndGrads(() => crossEntropy(model.call(x), target), lo.parameters)
    const [loss] = await step.value.data()
    expect(Math.abs(loss! - expected), `loss ${i}`).toBeLessThan(i === 0 ? 1e-5 : 1e-4)
    step.commit()
    lo.step(step.grads)
    step.dispose()
  }
  dispose([x, target])
  lo.dispose()
  model.dispose()
})
