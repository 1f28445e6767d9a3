/** Trains the small net on pictures, and answers questions about what it sees meanwhile and after. */
import { type Callback, lossRecorder, oneCycle, type TrainContext } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { useBackend } from '@dl/example-char-lm-web/use-backend'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { accuracy, fit } from '@dl/train'
import {
  datasets,
  ImageClassifierData,
  type ImageItem,
  type ImageSet,
  type PixelImage,
  randomFlip,
  tfmsFromStats,
} from '@dl/vision'
import type { Mailbox } from '../worker/mailbox'
import { type Net, netOf, STATS, smallNet } from './nets'
import type { OwnPictures, SeeNews, SeeOrder } from './protocol'
import { sightOf } from './sight'

type Say = (news: SeeNews) => void
export type SeeStart = Extract<SeeOrder, { kind: 'shapes' | 'pictures' | 'weights' }>

/** 99 % right after eight epochs, some ten seconds of one core. */
const SHAPES = { count: 1200, validation: 96, size: 32 }
const EPOCHS = 8
const LR = 1e-2
const BS = 32
/** Of own pictures, every so many is for validation. */
const EVERY = 5
const GALLERY = 24
const EVERY_MS = 120

export async function see(start: SeeStart, say: Say, mail: Mailbox<SeeOrder>): Promise<void> {
  const machine = await useBackend(start.backend)
  manualSeed(start.seed)
  const shapes = datasets.shapes({ ...SHAPES, seed: start.seed })
  const set = start.kind === 'pictures' ? setOf(start.own) : shapes
  const net =
    start.kind === 'weights' ? await netOf(start.name, start.bytes) : smallNet(set.classes)
  const { model, classes, layers } = net
  const parameters = [...model.parameters()].reduce((sum, { size }) => sum + size, 0)
  say({ kind: 'ready', machine, parameters, classes, layers })
  const gallery = await galleryOf(set)
  say({ kind: 'gallery', ...gallery })
  const answer = answering(net, gallery.images, say, mail)
  if (start.kind === 'weights') {
    say({ kind: 'state', state: 'done' })
    return answer(true)
  }
  const size = gallery.images[0]!.width
  const tfms = tfmsFromStats(STATS, size, { augTfms: [randomFlip()], pad: size / 8 })
  const data = new ImageClassifierData(set, { tfms, bs: BS, seed: start.seed })
  const lo = new LayerOptimizer(adam, model, LR)
  const isPaused = start.kind === 'shapes' && start.isPaused
  await fit(model, data, EPOCHS, lo, crossEntropy, {
    callbacks: [oneCycle(lo), ...audience(answer, say, isPaused)],
    metrics: [accuracy],
  })
  lo.dispose()
}

type Answer = (isOver: boolean, isPaused?: boolean) => Promise<void>

function audience(answer: Answer, say: Say, isPaused: boolean): Callback[] {
  const recorder = lossRecorder()
  let saidAt = 0
  const report = ({ epoch, epochs }: TrainContext) => {
    saidAt = performance.now()
    const [losses, smooth] = [[...recorder.losses], [...recorder.smoothLosses]]
    say({ kind: 'points', epoch, epochs, losses, smooth })
  }
  return [
    recorder,
    {
      name: 'audience',
      order: 1000,
      onTrainBegin: () => answer(false, isPaused),
      async onBatchEnd(ctx) {
        if (performance.now() - saidAt > EVERY_MS) report(ctx)
        await answer(false)
      },
      onEpochEnd({ step, metrics: { valLoss = Number.NaN, accuracy = Number.NaN } }) {
        say({ kind: 'judged', step, valLoss, accuracy })
      },
      async onTrainEnd(ctx) {
        if (ctx.epoch < ctx.epochs) return
        report(ctx)
        say({ kind: 'state', state: 'done' })
        await answer(true)
      },
    },
  ]
}

/** Does what was asked for, and waits for more while the run is paused or over. */
function answering(net: Net, images: PixelImage[], say: Say, mail: Mailbox<SeeOrder>): Answer {
  let paused = false
  return async (isOver, isPaused = paused) => {
    paused = isPaused
    for (;;) {
      const order = mail.next()
      if (order?.kind === 'look') {
        const image = images[order.picture]
        if (image) say({ kind: 'sight', ...(await sightOf(net, image, order)) })
      } else if (order?.kind === 'show') {
        images.unshift(order.image)
        say({ kind: 'gallery', images, labels: [] })
      } else if (order?.kind === 'go' || order?.kind === 'pause') paused = order.kind === 'pause'
      else if (order === undefined) {
        if (!isOver) say({ kind: 'state', state: paused ? 'paused' : 'training' })
        if (!isOver && !paused) return
        await mail.arrival()
      }
    }
  }
}

function setOf({ classes, images, labels }: OwnPictures): ImageSet {
  const items = images.map((image, i): ImageItem => ({ image, label: labels[i]! }))
  const seen = new Array<number>(classes.length).fill(0)
  const parts: { train: ImageItem[]; validation: ImageItem[] } = { train: [], validation: [] }
  // every class in both parts
  for (const item of items) {
    const isJudged = seen[item.label as number]!++ % EVERY === 0
    parts[isJudged ? 'validation' : 'train'].push(item)
  }
  return { classes, ...parts }
}

async function galleryOf({ validation }: ImageSet) {
  const items = validation.slice(0, GALLERY)
  const images = items.map(({ image }) => (typeof image === 'function' ? image() : image))
  return {
    images: (await Promise.all(images)) as PixelImage[],
    labels: items.map(({ label }) => label as number),
  }
}
