/** One rung of the lesson's ladder on the command line: data, model, learning rate, training, TTA. */
import { plot, progress, terminateOnNaN } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { files } from '@dl/data'
import { type OwnRun, ownRun, program, stopwatch, useBackend } from '@dl/example-kit'
import { loadPictures, spread } from '@dl/example-kit/pictures'
import type { Module } from '@dl/layers'
import { accuracy } from '@dl/train'
import {
  ConvLearner,
  cifar10Stats,
  ImageClassifierData,
  randomFlip,
  tfmsFromStats,
} from '@dl/vision'
import { dispose } from '@tensorflow/tfjs-core'
import { LADDER } from './ladder'
import { HELP, type Options, readOptions } from './options'

type Say = (text: string) => void

const SIZE = 32
/** The pictures of a quick run. */
const QUICK = { train: 320, validation: 128 }

/** The lesson's `get_data`: flipped, padded by an eighth and cut anew. */
async function loadData({ data: name, bs, seed, quick }: Options): Promise<ImageClassifierData> {
  const set = await loadPictures(name, seed)
  const tfms = tfmsFromStats(cifar10Stats, SIZE, { augTfms: [randomFlip()], pad: SIZE / 8 })
  const train = quick ? spread(set.train, QUICK.train) : set.train
  const validation = quick ? spread(set.validation, QUICK.validation) : set.validation
  return new ImageClassifierData({ ...set, train, validation }, { tfms, bs, seed })
}

async function findLr(learn: ConvLearner, options: Options, say: Say) {
  const found = await learn.lrFind()
  const path = files.join(options.out ?? 'runs/cifar10', `lr-finder-${options.model}.svg`)
  await files.writeAtomic(path, found.svg())
  say(`${found.toString()}\n`)
  return { suggestion: found.suggestion, files: [path] }
}

async function train(learn: ConvLearner, own: OwnRun, options: Options, say: Say) {
  const { lr, wd, epochs, cycleLen, model } = options
  const { saver, resume } = await own.part()
  const stream = { isTTY: process.stderr.isTTY, columns: process.stderr.columns, write: say }
  const plots = plot({ path: `${own.out}/`, title: model, stream })
  const watch = stopwatch()
  const { history, ...ended } = await learn.fit(
    lr,
    cycleLen === null ? epochs : epochs / cycleLen,
    {
      wds: wd,
      ...(cycleLen !== null && { cycleLen }),
      callbacks: [progress({ stream }), plots, watch, terminateOnNaN(), saver],
      signal: own.signal,
      ...(resume && { resume }),
    },
  )
  own.tell(ended)
  const last = history.at(-1)
  const weights = await learn.save(model)
  return {
    accuracy: last?.accuracy ?? null,
    valLoss: last?.valLoss ?? null,
    history,
    msPerBatch: watch.msPerBatch(),
    files: [weights, ...plots.paths],
  }
}

/** The lesson's last step: probabilities averaged over five looks at each picture. */
async function judge(learn: ConvLearner, say: Say) {
  const { probabilities, targets } = await learn.tta()
  const right = accuracy.batch!(probabilities, targets)
  const [ttaAccuracy] = await right.data()
  dispose([probabilities, targets, right])
  say(`accuracy with test-time augmentation: ${ttaAccuracy!.toFixed(4)}\n`)
  return { ttaAccuracy }
}

async function main(args: string[]): Promise<void> {
  const options = readOptions(args)
  const say: Say = text => (options.json ? process.stderr : process.stdout).write(text)
  const { backend } = await useBackend(options.backend)
  manualSeed(options.seed)
  const { model: name, lrFind } = options
  const own = lrFind ? null : await ownRun({ program: 'cifar10', prefix: name, say, ...options })
  const data = await loadData(options)
  const { movingAverage } = options
  const model: Module = LADDER[options.model].make(data.c, SIZE * SIZE * 3, { movingAverage })
  const learn = ConvLearner.fromModelData(model, data, { path: own?.out ?? 'models' })
  const { items } = data
  say(`${items.train.length} pictures to learn from, ${items.validation.length} to judge by\n`)
  say(`${await learn.summary()}\n\n`)
  const params = [...model.parameters()].reduce((total, { size }) => total + size, 0)
  const report = { model: options.model, data: options.data, params, backend, seed: options.seed }
  const work = own
    ? {
        ...(await train(learn, own, options, say)),
        ...(options.tta && (await judge(learn, say))),
      }
    : await findLr(learn, options, say)
  say(`${work.files.join('\n')}\n`)
  learn.dispose()
  model.dispose()
  if (options.json) process.stdout.write(`${JSON.stringify({ ...report, ...work })}\n`)
}

program(HELP, main)
