/**
 * A data set of one's own. Waves of any length, height and phase are made as they are asked for; a
 * GRU learns what comes next and then draws a wave alone, each point from those it drew before.
 */
import '@dl/backend-wasm'
import { brailleChart, cosAnneal, progress, terminateOnNaN } from '@dl/callbacks'
import { Generator, manualSeed } from '@dl/core'
import { type Dataset, dataLoader, type Example, randomSplit } from '@dl/data'
import { GRU, Linear, Module } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { fit } from '@dl/train'
import { mean, reshape, square, sub, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'

const GIVEN = 24
const DRAWN = 48
const NOISE = 0.1
const SEED = 1
const EPOCHS = 8

/** Wave `i`, the same each time. */
function wave(seed: number, i: number, points: number): number[] {
  const [length = 0, height = 0, phase = 0] = new Generator(seed).fork(i).uniform(3)
  const at = (t: number) => Math.sin(2 * Math.PI * (t / (12 + 12 * length) + phase))
  return Array.from({ length: points }, (_, t) => (0.5 + height / 2) * at(t))
}

/** The data set: so many items, and what item `i` is. */
function waves(length: number, seed: number): Dataset<Example> {
  return {
    length,
    get(i) {
      const points = wave(seed, i, GIVEN + 1)
      // what it sees later, its own points, will be a little off, too
      const noise = new Generator(seed).fork(`noise ${i}`).normal(GIVEN, 0, NOISE)
      return { inputs: [Array.from(noise, (n, t) => [points[t]! + n])], target: points[GIVEN]! }
    },
  }
}

/** From points [time, batch, 1] to the next [batch]. */
class Forecaster extends Module<[points: Tensor], Tensor> {
  readonly rnn = new GRU(1, 32)
  readonly out = new Linear(32, 1)

  forward(points: Tensor): Tensor {
    const { h } = this.rnn.call(points)
    return reshape(this.out.call(h), [-1])
  }
}

/** Lets the model go on from `points`, which it sees no more of than in training. */
async function goOn(model: Forecaster, points: number[], count: number): Promise<number[]> {
  model.eval()
  const all = [...points]
  for (let i = 0; i < count; i++) {
    const next = tidy(() => model.call(tensor(all.slice(-GIVEN), [GIVEN, 1, 1])))
    all.push((await next.data())[0]!)
    next.dispose()
  }
  return all
}

manualSeed(SEED)
const [learn, judge] = randomSplit(waves(4000, SEED), 0.2, SEED)
const layout = 'timeFirst'
const train = dataLoader(learn, { bs: 32, shuffle: true, seed: SEED, layout })
const validation = dataLoader(judge, { bs: 64, layout })
const meanSquare = (y: Tensor, target: Tensor) => mean(square(sub(y, target)))
const model = new Forecaster()
const lo = new LayerOptimizer(adam, model, 1e-2)
await fit(model, { train, validation }, EPOCHS, lo, meanSquare, {
  callbacks: [cosAnneal(lo, { cycleLen: EPOCHS }), terminateOnNaN(), progress()],
})

// a wave that is in neither part
const truth = wave(SEED + 1, 0, GIVEN + DRAWN)
const drawn = await goOn(model, truth.slice(0, GIVEN), DRAWN)
const off = drawn.reduce((total, y, t) => total + Math.abs(y - truth[t]!), 0) / DRAWN
const places = drawn.slice(GIVEN).map((_, i) => GIVEN + 1 + i)
const chart = brailleChart([
  { label: 'wave', y: truth },
  { label: 'the model', x: places, y: drawn.slice(GIVEN), style: 'points' },
])
console.log(`\n${chart}\non average ${off.toFixed(3)} off the wave`)
lo.dispose()
model.dispose()
