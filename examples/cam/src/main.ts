/**
 * What a net looks at, on the command line: a small net with the lesson's head is trained, its class
 * activation maps are drawn over pictures, and the peak of a large picture's map is looked at again.
 */
import { plot, progress, terminateOnNaN } from '@dl/callbacks'
import { DlError, defaultGenerator, manualSeed } from '@dl/core'
import { files, loadTensors } from '@dl/data'
import { ownRun, program, useBackend } from '@dl/example-kit'
import { adam } from '@dl/optim'
import { evaluate } from '@dl/train'
import { ConvLearner, type ImageClassifierData, readImage, type Zoom } from '@dl/vision'
import { dispose } from '@tensorflow/tfjs-core'
import { loadData } from './data'
import { explainFile, sheet, zoomPair } from './draw'
import { CamNet } from './net'
import { HELP, type Options, readOptions } from './options'
import { peaksInBoxes } from './peaks-in-boxes'

type Say = (text: string) => void

/** Trains, or takes what an earlier run has learnt. */
async function learnt(model: CamNet, data: ImageClassifierData, options: Options, say: Say) {
  const { load, lr, epochs } = options
  const own = load === null ? await ownRun({ program: 'cam', say, ...options }) : null
  const out = own?.out ?? options.out ?? 'runs/cam'
  const learn = ConvLearner.fromModelData(model, data, { optFn: () => adam(), path: out })
  try {
    if (load !== null) {
      const { tensors } = await loadTensors(load)
      try {
        model.loadStateDict(tensors)
      } catch (cause) {
        throw new DlError('foreign-weights', {
          problem: `${load} holds other weights: ${(cause as Error).message.split('; expected')[0]}`,
          expected: `those of a net for ${data.c} classes that this program has saved`,
          cause,
        })
      } finally {
        dispose(tensors)
      }
      const { loss, metrics } = learn.options
      const judged = await evaluate(model, data.validation, loss, { metrics })
      return { out, accuracy: judged.metrics.accuracy!, files: [] }
    }
    const stream = { isTTY: process.stderr.isTTY, columns: process.stderr.columns, write: say }
    const plots = plot({ path: `${out}/`, title: 'cam', stream })
    const { saver, resume } = await own!.part()
    const { history, ...ended } = await learn.fit(lr, 1, {
      cycleLen: epochs,
      useOneCycle: true,
      callbacks: [progress({ stream }), plots, terminateOnNaN(), saver],
      signal: own!.signal,
      ...(resume && { resume }),
    })
    own!.tell(ended)
    return {
      out,
      accuracy: (history.at(-1)?.accuracy as number | undefined) ?? null,
      files: [await learn.save('cam'), ...plots.paths],
    }
  } finally {
    learn.dispose()
  }
}

const told = ({ box, whole, zoomed }: Zoom, classes: readonly string[]) => ({
  box,
  whole: { class: classes[whole.class], probability: whole.probability },
  zoomed: { class: classes[zoomed.class], probability: zoomed.probability },
})

async function main(args: string[]): Promise<void> {
  const options = readOptions(args)
  const say: Say = text => (options.json ? process.stderr : process.stdout).write(text)
  const { backend } = await useBackend(options.backend)
  const { data: name, method, seed } = options
  manualSeed(seed)
  const image = options.image === null ? null : await readImage(options.image)
  const data = await loadData(name, options)
  const { train, validation } = data.items
  say(`${train.length} pictures to learn from, ${validation.length} to judge by\n`)
  const model = new CamNet(data.c)
  const { accuracy, out, files: written } = await learnt(model, data, options, say)
  say(`accuracy ${accuracy?.toFixed(4) ?? 'not known yet'}\n`)
  const inBoxes = await peaksInBoxes(model, method, data)
  if (inBoxes !== null) say(`maps highest on the object: ${(100 * inBoxes).toFixed(0)} %\n`)

  const { classes } = data
  const at = (file: string) => files.join(out, file)
  const maps = await sheet(model, method, data, at('maps.png'))
  const chance = defaultGenerator().fork('scene')
  const { truth, ...found } = await zoomPair(model, method, data, { path: at('zoom.png'), chance })
  const own = image && (await explainFile(model, method, image, classes, at('image.png')))
  model.dispose()
  const paths = [...written, maps, found.path, ...(own ? [own.path] : [])]
  say(`${paths.join('\n')}\n`)
  const report = {
    ...{ data: name, method, accuracy, inBoxes, zoom: { truth, ...told(found.zoom, classes) } },
    ...(own && { image: told(own.zoom, classes) }),
    ...{ files: paths, backend, seed },
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`)
}

program(HELP, main)
