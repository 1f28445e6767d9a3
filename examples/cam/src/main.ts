/** Heat maps: a small net is trained, and drawn over pictures is what it looked at. */
import { progress } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { files, take } from '@dl/data'
import { program, useBackend } from '@dl/example-kit'
import { loadPictures } from '@dl/example-kit/pictures'
import {
  ConvLearner,
  cifar10Stats,
  datasets,
  encodePng,
  enlarge,
  ImageClassifierData,
  overlay,
  type PixelImage,
  readImage,
  type Sighting,
  tfmsFromStats,
  zoomToPeak,
} from '@dl/vision'
import { hits, mapper, normalised, picturesOf, sheet } from './maps'
import { mapNet } from './net'
import { HELP, type Options, readOptions } from './options'

const SIZE = 32
/** Pictures a quick run learns from. */
const QUICK = 512
/** Side of the picture that is zoomed into where none is given, and how large it is drawn. */
const LARGE = 96
const DRAWN = 480

async function largePicture({ image, seed }: Options): Promise<PixelImage> {
  if (image !== null) return readImage(image)
  const [item] = datasets.shapes({ count: 4, size: LARGE, seed }).train
  return (item!.image as () => PixelImage)()
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(HELP)
    return
  }
  const { seed, bs, out, method, epochs, quick, json } = options
  const say = (line: string) => (json ? process.stderr : process.stdout).write(line)
  const { backend } = await useBackend(options.backend)
  manualSeed(seed)
  const set = await loadPictures(options.data, seed)
  const data = new ImageClassifierData(set, { tfms: tfmsFromStats(cifar10Stats, SIZE), bs, seed })
  const train = quick ? take(data.train, Math.ceil(QUICK / bs)) : data.train
  const { c, isMulti, classes, validation } = data
  const model = mapNet(c)
  using learn = ConvLearner.fromModelData(model, { c, isMulti, train, validation }, { path: out })

  const written: string[] = []
  const write = async (name: string, bytes: Uint8Array) => {
    const path = files.join(out, name)
    await files.writeAtomic(path, bytes)
    written.push(path)
  }
  let accuracy: number | null = null
  if (options.load === null) {
    const stream = { isTTY: process.stderr.isTTY, columns: process.stderr.columns, write: say }
    const callbacks = [progress({ stream })]
    const { history } = await learn.fit(options.lr, 1, { cycleLen: epochs, callbacks })
    accuracy = history.at(-1)?.accuracy ?? null
    written.push(await learn.save('cam'))
  } else {
    await learn.load(options.load)
  }

  const map = mapper(model.eval(), method)
  await write(`${method}.png`, await sheet(await picturesOf(data, options.pictures), map))
  const large = await largePicture(options)
  const zoom = await zoomToPeak(large, model, { prepare: normalised, map })
  const named = (sight: Sighting) => `${classes[sight.class]} ${sight.probability.toFixed(2)}`
  await write('large.png', encodePng(overlay(enlarge(large, DRAWN), zoom.map)))
  await write('zoomed.png', encodePng(enlarge(zoom.crop, DRAWN)))
  say(`the whole picture: ${named(zoom.whole)}; zoomed in: ${named(zoom.zoomed)}\n`)
  const peakInBox = await hits(data, map)
  if (peakInBox !== null) say(`the peak lies on the object in ${(100 * peakInBox).toFixed(0)} %\n`)
  say(`${written.join('\n')}\n`)
  model.dispose()
  const report = { data: options.data, method, accuracy, peakInBox, backend, seed, files: written }
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`)
}

program(main)
