import { crossEntropy, valueAndGrads } from '@dl/core'
import { Embedding, GRU, Linear, LSTM, Module, RNN } from '@dl/layers'
import { adagrad, adam, adamW, LayerOptimizer, rmsprop, sgd } from '@dl/optim'
import { dispose, sub, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, hashedIds, readFixture } from '../../../scripts/golden'

interface Case {
  kind: keyof typeof kinds
  layers: number
  carried: boolean
  sizes: Record<'vocab' | 'width' | 'hidden' | 'time' | 'batch', number>
  rule: keyof typeof rules
  options: object
  lrs: number[]
  wds: number[]
  clip: number | null
  initial: Record<string, { seed: number; shape: number[]; scale: number }>
  losses: number[]
  /** Final minus initial weights: harder to meet than the final weights themselves. */
  change: Record<string, Golden>
}

const kinds = { RNN, GRU, LSTM }
const rules = { sgd, adam, adamW, rmsprop, adagrad }

class Model extends Module {
  embedding: Embedding
  rnn: RNN | GRU | LSTM
  out: Linear

  constructor({ kind, layers, carried, sizes: { vocab, width, hidden } }: Case) {
    super()
    this.embedding = new Embedding(vocab, width)
    this.rnn = new kinds[kind](width, hidden, { layers, stateful: carried })
    this.out = new Linear(hidden, vocab)
  }

  forward(ids: Tensor): Tensor {
    return this.out.call(this.rnn.call(this.embedding.call(ids)).output)
  }
}

it.each(readFixture<Case[]>(import.meta.url, 'ten-steps'))(
  '$kind of $layers layers, carried $carried, $rule $options, lrs $lrs, wds $wds, clip $clip, $sizes.hidden wide',
  async spec => {
    const { sizes, rule, options, lrs, wds, clip, initial, losses, change } = spec
    const model = new Model(spec)
    const before = Object.fromEntries(
      Object.entries(initial).map(([name, p]) => [name, hashed(p.seed, p.shape, p.scale)]),
    )
    model.loadStateDict(before)
    const groups = lrs.length === 1 ? model : [model.embedding, [model.rnn, model.out]]
    const lo = new LayerOptimizer(
      () => rules[rule](options),
      groups,
      lrs,
      wds,
      clip ? { clip } : {},
    )
    for (const [n, expected] of losses.entries()) {
      const ids = hashedIds(100 + n, [sizes.time, sizes.batch], sizes.vocab)
      const targets = (await ids.data()).map(id => (5 * id + 1) % sizes.vocab)
      const labels = tensor(targets, ids.shape, 'int32')
      const step = valueAndGrads(() => crossEntropy(model.call(ids), labels), lo.parameters)
      const loss = (await step.value.data())[0]!
      expect(Math.abs(loss / expected - 1), `loss of step ${n}`).toBeLessThanOrEqual(1e-4)
      lo.step(step.grads)
      step.commit()
      step.dispose()
      dispose([ids, labels])
    }
    const after = model.stateDict()
    for (const [name, golden] of Object.entries(change)) {
      const moved = sub(after[name]!, before[name]!)
      await expectGolden(name, moved, golden)
      moved.dispose()
    }
    dispose([before, after])
    lo.dispose()
    model.dispose()
  },
)
