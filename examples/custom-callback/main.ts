/**
 * A callback of one's own. After each epoch it lets the model write a line, so that one watches it
 * learn a poem, and says how large the gradients were.
 */
import '@dl/backend-wasm'
import { type Callback, terminateOnNaN } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { crossEntropy, type Module } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelLoader } from '@dl/text'
import { fit } from '@dl/train'
import { addN, keep, type Scalar, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core'

// Lewis Carroll, 1871
const POEM = `'Twas brillig, and the slithy toves
Did gyre and gimble in the wabe:
All mimsy were the borogoves,
And the mome raths outgrabe.

"Beware the Jabberwock, my son!
The jaws that bite, the claws that catch!
Beware the Jubjub bird, and shun
The frumious Bandersnatch!"
`
const BEGINNING = "'Twas"
const EPOCHS = 12

/** Prints a line for each epoch. Events see the run (`on…`); transforms see, and may change, its tensors. */
function diary(model: Module, field: Field): Callback {
  let norms: number[] = []
  let norm: Scalar | null = null
  return {
    name: 'diary',
    onEpochBegin() {
      norms = []
    },
    transformGrads(grads) {
      const squares = grads.filter((grad): grad is Tensor => grad !== null).map(g => sum(square(g)))
      // this runs inside a tidy: what is to outlive it must be kept
      norm = keep(sqrt(addN(squares)) as Scalar)
      return [...grads]
    },
    async onBatchEnd() {
      // a batch whose loss is NaN has no gradients
      if (norm === null) return
      norms.push((await norm.data())[0]!)
      norm.dispose()
      norm = null
    },
    async onEpochEnd({ epoch, smoothLoss }) {
      // the model's mode and state are put back, so this does not disturb the training
      const text = await generate(model, field, BEGINNING, { length: 60, greedy: true })
      const mean = norms.reduce((a, b) => a + b, 0) / norms.length
      const [line] = text.split('\n')
      console.log(`${epoch}  loss ${smoothLoss.toFixed(3)}  |grad| ${mean.toFixed(2)}  ${line}`)
    },
  }
}

manualSeed(1)
const field = new Field({ tokenize: chars })
const train = new LanguageModelLoader(field.build(Array(20).fill(POEM)), { bs: 8, bptt: 20 })
const model = new CharLM({
  vocab: field.vocab.size,
  cell: 'gru',
  hidden: 64,
  layers: 1,
  dropout: 0,
})
const lo = new LayerOptimizer(adam, model, 5e-3, 0, { clip: 1 })
await fit(model, { train }, EPOCHS, lo, crossEntropy, {
  callbacks: [diary(model, field), terminateOnNaN()],
})
lo.dispose()
model.dispose()
