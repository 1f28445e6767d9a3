/**
 * The lesson's language model from text to text, on the command line: a checkpoint at each cycle's
 * end, plots, and what it writes. Model and training are in lesson.ts, which a page uses too.
 */
import { join } from 'node:path'
import { plot, progress, saveOnCycle } from '@dl/callbacks'
import { DlError, manualSeed } from '@dl/core'
import { loadTensors } from '@dl/data'
import { ownRun, program, stopwatch, useBackend } from '@dl/example-kit'
import { crossEntropy } from '@dl/layers'
import { CharLM, type CharLMOptions, generate } from '@dl/text'
import { evaluate } from '@dl/train'
import { dispose } from '@tensorflow/tfjs-core'
import { findLr } from './find-lr'
import { lesson } from './lesson'
import { HELP, type Options, readOptions } from './options'
import { type Say, setUp } from './set-up'

const PROMPT = 'for thos'

/** What a checkpoint needs beside its weights to be used again: goes into its metadata. */
interface Recipe {
  model: CharLMOptions
  corpus: string
  bs: number
  bptt: number
  seed: number
  quick: boolean
}

async function train(options: Options, say: Say) {
  const { bs, bptt, seed, cell, quick } = options
  const own = await ownRun({ program: 'char-lm', say, ...options })
  const { saver: current, resume } = await own.part()
  const { corpus, loaders } = await setUp(options.corpus, options, say)
  const { data } = corpus
  const { model, shape, ...run } = lesson(data, options)
  say(
    `${corpus.name}: ${data.tokens.train} tokens to learn from, ${data.tokens.validation} to judge by, ` +
      `${data.nt} different; ${loaders.train.length} batches an epoch\n${model}\n`,
  )

  const recipe: Recipe = { model: shape, corpus: corpus.name, bs, bptt, seed, quick }
  const saver = saveOnCycle(model, join(own.out, 'cyc'), {
    metadata: { recipe: JSON.stringify(recipe), vocab: JSON.stringify(data.field.vocab) },
  })
  const stream = { isTTY: process.stderr.isTTY, columns: process.stderr.columns, write: say }
  const plots = plot({ path: `${own.out}/`, title: `${cell} on ${corpus.name}`, stream })
  const watch = stopwatch()
  const batches = loaders.train.length
  const { history, ...ended } = await run.train(loaders, {
    callbacks: [saver, progress({ stream }), plots, watch, current],
    resume,
    signal: own.signal,
  })
  own.tell(ended)

  say(`\n`)
  const sample = await run.write(PROMPT, { length: quick ? 100 : 400, seed, onToken: say })
  say(`\n\n${[...saver.saved, ...plots.paths].join('\n')}\n`)
  run.dispose()
  return {
    corpus: corpus.name,
    tokens: data.tokens.train,
    vocab: data.nt,
    nominalBatches: data.train.nominalLength,
    batches,
    history,
    valLoss: history.at(-1)?.valLoss ?? null,
    checkpoints: saver.saved,
    current: current.last,
    plots: plots.paths,
    sample,
    msPerBatch: watch.msPerBatch(),
  }
}

/** What an earlier run has written into its checkpoint; another program's has none. */
function recipeOf(path: string, metadata: Record<string, string>): Recipe {
  try {
    const recipe = JSON.parse(metadata.recipe ?? '{}') as Recipe
    if (recipe.model) return recipe
  } catch {
    // somebody else's recipe
  }
  throw new DlError('no-recipe', {
    problem: `${path} holds weights, but not the model they are for`,
    expected: 'a checkpoint of this program, such as runs/char-lm/cyc_0.safetensors',
  })
}

/** A checkpoint in a process that has never seen the run: same text, same loss. */
async function reload(path: string, say: Say) {
  const { tensors, metadata } = await loadTensors(path)
  const recipe = recipeOf(path, metadata)
  const { corpus, loaders } = await setUp(recipe.corpus, recipe, say)
  const model = new CharLM(recipe.model)
  model.loadStateDict(tensors)
  dispose(tensors)
  const { loss: valLoss } = await evaluate(model, loaders.validation, crossEntropy)
  say(`${path}\nvalLoss ${valLoss.toFixed(6)}\n\n`)
  const sample = await generate(model, corpus.data.field, PROMPT, {
    seed: recipe.seed,
    onToken: say,
  })
  say('\n')
  model.dispose()
  return { corpus: recipe.corpus, checkpoint: path, valLoss, sample }
}

function work(options: Options, say: Say): Promise<object> {
  if (options.load) return reload(options.load, say)
  return options.lrFind ? findLr(options, say) : train(options, say)
}

async function main(args: string[]): Promise<void> {
  const options = readOptions(args)
  const say: Say = text => (options.json ? process.stderr : process.stdout).write(text)
  const { backend, threads } = await useBackend(options.backend)
  manualSeed(options.seed)
  const report = { ...(await work(options, say)), backend, threads, seed: options.seed }
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`)
}

program(HELP, main)
