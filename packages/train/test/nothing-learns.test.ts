import { detach, manualSeed } from '@dl/core'
import { Linear, Module, Sequential } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import { accuracy, fit, Learner, type Loss } from '@dl/train'
import { argMax, cast, mean, mul, scalar, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { line, meanSquare } from './parts'

let model: Sequential
beforeEach(() => {
  manualSeed(1)
  model = new Sequential(new Linear(1, 2), new Linear(2, 1))
})
afterEach(() => model.dispose())

/** What training says to this model and loss. */
async function said(of: Module, loss: Loss = meanSquare, lo?: LayerOptimizer): Promise<string> {
  using own = lo ?? new LayerOptimizer(sgd, of, 0.1)
  const run = fit(of, { train: line(3) }, 1, own, loss)
  return run.then(
    () => 'learns',
    error => `${error.code}: ${error.message}`,
  )
}

describe('a loss that reaches no parameter', () => {
  it.each<[string, Loss, string]>([
    ['a smooth one', meanSquare, 'learns'],
    [
      'of the argMax',
      (y, t) => meanSquare(cast(argMax(y, -1), 'float32'), t),
      "nothing-learns: the loss does not depend on the model's output: no gradient flows through ArgMax; expected a loss with gradients. Train with a smooth loss",
    ],
    ['a metric', y => accuracy.batch(y, tensor([0, 0, 0, 0], [4], 'int32')), 'through ArgMax'],
    ['detached', (y, t) => meanSquare(detach(y), t), "model's output: it is detached on the way"],
    ['detached later', (y, t) => meanSquare(detach(mul(y, 2)), t), 'it is detached on the way'],
    ['a constant', () => scalar(1), "does not depend on the model's output at all"],
    ['of the target alone', (_, t) => mean(t), "does not depend on the model's output at all"],
  ])('%s', async (_, loss, expected) => {
    expect(await said(model, loss)).toContain(expected)
  })

  it('is looked for beyond what a callback makes of it', async () => {
    using lo = new LayerOptimizer(sgd, model, 0.1)
    const cut = { name: 'cut', transformLoss: (loss: Tensor) => detach(loss) }
    await expect(
      fit(model, { train: line(3) }, 1, lo, meanSquare, { callbacks: [cut] }),
    ).rejects.toThrow("no gradient is left after a callback's transformLoss")
  })

  it('may come for some batches once one had gradients', async () => {
    let calls = 0
    expect(await said(model, (y, t) => (calls++ === 0 ? meanSquare(y, t) : scalar(1)))).toBe(
      'learns',
    )
  })
})

describe('a model', () => {
  const hidden =
    'nothing-learns: the optimizer has no parameters; expected a model that shows some.'

  it.each([
    [
      '#private',
      () => {
        class Net extends Module {
          #inner = model
          forward = (x: Tensor): Tensor => this.#inner.call(x)
        }
        return new Net()
      },
    ],
    [
      'a Map',
      () => {
        class Net extends Module {
          parts = new Map([['inner', model]])
          forward = (x: Tensor): Tensor => this.parts.get('inner')!.call(x)
        }
        return new Net()
      },
    ],
    [
      'a closure',
      () => {
        class Net extends Module {
          f = (x: Tensor): Tensor => model.call(x)
          forward = (x: Tensor): Tensor => this.f(x)
        }
        return new Net()
      },
    ],
  ])('whose layers are in %s', async (_, make) => {
    const error = await said(make()).catch(e => e.message)
    expect(error).toContain(hidden)
    expect(error).toContain('not in #private fields, Maps, Sets or closures')
  })

  it('whose forward makes a layer', async () => {
    class Late extends Module {
      first = new Linear(1, 2)
      declare only: Linear
      forward(x: Tensor): Tensor {
        this.only ??= new Linear(2, 1)
        return this.only.call(this.first.call(x))
      }
    }
    const late = new Late()
    expect(await said(late)).toBe(
      'nothing-learns: forward made only.weight, only.bias, which the optimizer does not know; expected a model that is complete before the first batch. Make layers in the constructor, or run the model once before making the optimizer.',
    )
    late.dispose()
  })

  it('whose output is detached, or comes of other weights', async () => {
    class Cut extends Module {
      inner = model
      forward = (x: Tensor): Tensor => detach(this.inner.call(x))
    }
    expect(await said(new Cut())).toContain(
      "the model's output does not depend on the parameters that train: it is detached on the way",
    )
    class Other extends Module {
      shown = new Linear(1, 1)
      #used = model
      forward = (x: Tensor): Tensor => this.#used.call(x)
    }
    const other = new Other()
    expect(await said(other)).toContain('depend on the parameters that train at all')
    other.dispose()
  })

  it('that is frozen', async () => {
    expect(await said(model.freeze())).toContain(
      'all 4 parameters of the optimizer are frozen; expected at least one that trains. Call unfreeze()',
    )
    model.unfreeze()
    const learn = new Learner(model, { train: line(1) }, { loss: meanSquare })
    learn.freezeGroups([0, 1])
    await expect(learn.fit(0.1, 1)).rejects.toThrow(/are frozen/)
    learn.dispose()
  })

  it('that was made anew, with the optimizer of the one before', async () => {
    const earlier = new Linear(1, 1)
    expect(await said(model, meanSquare, new LayerOptimizer(sgd, earlier, 0.1))).toContain(
      "none of the optimizer's 2 parameters is one of the model's 4; expected an optimizer of this model.",
    )
    earlier.dispose()
  })
})
