/**
 * A callback of one's own. After each epoch it lets the model write a line, so that one watches it
 * learn a poem, and says how large the gradients were.
 */
import { type Callback, terminateOnNaN } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { ownRun, program, useBackend } from '@dl/example-kit'
import { crossEntropy, type Module } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelLoader } from '@dl/text'
import { fit } from '@dl/train'
import { addN, keep, type Scalar, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core'
import { HELP, readOptions } from './options'

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
  let entries: Entry[] = []
  let norms: number[] = []
  let norm: Scalar | null = null
  return {
    name: 'diary',
    get entries() {
      return entries
    },
    onEpochBegin({ batch }) {
      // an epoch that was interrupted has begun before
      if (batch === 0) norms = []
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
    // what a checkpoint keeps, so that a run that was interrupted has all of its diary
    state: () => ({ entries, norms }),
    restore(state) {
      ;({ entries, norms } = state as { entries: Entry[]; norms: number[] })
    },
  }
}

async function main(args: string[]): Promise<void> {
  const options = readOptions(args)
  await useBackend(options.backend)
  manualSeed(options.seed)
  const say: Say = words => (options.json ? process.stderr : process.stdout).write(words)

  const own = await ownRun({ program: 'custom-callback', say, ...options })
  const { saver, resume } = await own.part()
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
  const result = await fit(model, { train }, options.epochs, lo, crossEntropy, {
    callbacks: [notes, terminateOnNaN(), saver],
    signal: own.signal,
    ...(resume && { resume }),
  })
  own.tell(result)
  const learnt = notes.entries.at(-1)?.line === POEM.split('\n')[0]
  if (options.json) process.stdout.write(`${JSON.stringify({ entries: notes.entries, learnt })}\n`)
  lo.dispose()
  model.dispose()
}

program(HELP, main)
