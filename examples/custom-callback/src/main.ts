/**
 * A callback of one's own. After each epoch it lets the model write a line, so that one watches it
 * learn a poem, and says how large the gradients were.
 *
 *   --epochs  (default 12)   --seed  (default 1)   --backend  wasm | cpu  (default wasm)
 *   --quick   two epochs     --json  one JSON object as the last line
 */
import { parseArgs } from 'node:util'
import { type Callback, terminateOnNaN } from '@dl/callbacks'
import { DlError, manualSeed } from '@dl/core'
import { crossEntropy, type Module } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelLoader } from '@dl/text'
import { fit } from '@dl/train'
import {
  addN,
  keep,
  ready,
  type Scalar,
  setBackend,
  sqrt,
  square,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core'

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

type Entry = { epoch: number; loss: number; gradientNorm: number; line: string }
type Say = (text: string) => void

/** One entry for each epoch. Events see the run (`on…`); transforms see, and may change, its tensors. */
function diary(model: Module, field: Field, say: Say): Callback & { entries: Entry[] } {
  const entries: Entry[] = []
  let norms: number[] = []
  let norm: Scalar | null = null
  return {
    name: 'diary',
    entries,
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
      const line = text.split('\n')[0]!
      const gradientNorm = norms.reduce((a, b) => a + b, 0) / norms.length
      entries.push({ epoch, loss: smoothLoss, gradientNorm, line })
      say(
        `${String(epoch).padStart(3)}  loss ${smoothLoss.toFixed(3)}  |grad| ${gradientNorm.toFixed(2)}  ${line}\n`,
      )
    },
  }
}

async function main(): Promise<void> {
  const flag = { type: 'boolean', default: false } as const
  const text = (value: string) => ({ type: 'string', default: value }) as const
  const { values } = parseArgs({
    options: {
      quick: flag,
      json: flag,
      epochs: text('12'),
      seed: text('1'),
      backend: text('wasm'),
    },
  })
  await import(values.backend === 'cpu' ? '@tensorflow/tfjs-backend-cpu' : '@dl/backend-wasm')
  await setBackend(values.backend)
  await ready()
  manualSeed(Number(values.seed))
  const say: Say = words => (values.json ? process.stderr : process.stdout).write(words)

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
  const notes = diary(model, field, say)
  const epochs = values.quick ? 2 : Number(values.epochs)
  await fit(model, { train }, epochs, lo, crossEntropy, { callbacks: [notes, terminateOnNaN()] })
  const learnt = notes.entries.at(-1)?.line === POEM.split('\n')[0]
  if (values.json) process.stdout.write(`${JSON.stringify({ entries: notes.entries, learnt })}\n`)
  lo.dispose()
  model.dispose()
}

main().catch(error => {
  console.error(DlError.is(error) ? error.message : error)
  process.exitCode = 1
})
