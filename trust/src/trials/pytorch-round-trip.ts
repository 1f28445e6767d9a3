import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { manualSeed, valueAndGrads } from '@dl/core'
import { readPyTorch, saveTensors } from '@dl/data'
import { crossEntropy, loadPyTorchStateDict, type Module, toPyTorchStateDict } from '@dl/layers'
import { adam, LayerOptimizer, loadPyTorchOptimizer, sgd, toPyTorchOptimizer } from '@dl/optim'
import { CharLM } from '@dl/text'
import { resnet20, resnet34 } from '@dl/vision'
import { dispose, getBackend, reshape, type Tensor, tensor } from '@tensorflow/tfjs-core'
import type { Trial, TrialContext } from '../trial'

const STEPS = 3
/** What the losses of the same weights may differ by. */
const TOLERANCE = 1e-5
const CLASSES = 10

const RULES = { adam, sgd: () => sgd({ momentum: 0.9 }) } as const

interface Net {
  kind: 'resnet20' | 'resnet34' | 'lstm'
  /** PyTorch's arguments. */
  sizes: object
  make: () => Module
  /** A picture's side, or how many tokens a text has. */
  side: number
}

const nets = (full: boolean): Net[] => {
  const [small, large] = full
    ? [
        [16, 32, 64],
        [64, 128, 256, 512],
      ]
    : [
        [2, 3, 4],
        [2, 3, 4, 5],
      ]
  const lm = { vocab: CLASSES, embedding: full ? 42 : 5, hidden: full ? 256 : 6, layers: 2 }
  return [
    { kind: 'lstm', sizes: lm, make: () => new CharLM({ ...lm, dropout: 0 }), side: 12 },
    {
      kind: 'resnet20',
      sizes: { layers: [3, 3, 3], widths: small, classes: CLASSES, cifar: true },
      make: () => resnet20({ widths: small }),
      side: full ? 32 : 8,
    },
    {
      kind: 'resnet34',
      sizes: { layers: [3, 4, 6, 3], widths: large, classes: CLASSES, cifar: false },
      make: () => resnet34({ widths: large, classes: CLASSES }),
      side: full ? 64 : 33,
    },
  ]
}

type Pair = Net & { rule: keyof typeof RULES; full: boolean; name: string; zip: boolean }

const PAIRS: readonly Pair[] = [false, true].flatMap(full =>
  nets(full).flatMap(net =>
    (['adam', 'sgd'] as const).map((rule, i) => {
      const name = `${full ? 'full' : 'narrow'} ${net.kind}, ${rule}`
      // every other one comes back in the older form
      return { ...net, rule, full, name, zip: i === 0 }
    }),
  ),
)

interface Here {
  model: Module
  lo: LayerOptimizer
  x: Tensor
  target: Tensor
}

/** The loss of a training step, which is made unless the weights are to stay. */
async function step({ model, lo, x, target }: Here, stay = false): Promise<number> {
  model.resetState()
  const result = valueAndGrads(() => {
    const scores = model.call(x)
    return crossEntropy(reshape(scores, [-1, CLASSES]), reshape(target, [-1]))
  }, lo.parameters)
  const [loss] = await result.value.data()
  if (!stay) {
    result.commit()
    lo.step(result.grads)
  }
  result.dispose()
  return loss!
}

const optimizerOf = (model: Module, rule: keyof typeof RULES): LayerOptimizer =>
  new LayerOptimizer(RULES[rule], model, rule === 'adam' ? 1e-3 : 1e-2, 1e-4)

function batchOf({ kind, side }: Net, random: TrialContext['random']): [Tensor, Tensor] {
  const labels = (length: number) => Int32Array.from({ length }, () => random.int(CLASSES))
  if (kind === 'lstm') {
    const shape = [side, 4]
    return [tensor(labels(side * 4), shape, 'int32'), tensor(labels(side * 4), shape, 'int32')]
  }
  const x = tensor(random.normal(8 * side * side * 3), [8, side, side, 3])
  return [x, tensor(labels(8), [8], 'int32')]
}

/** Trains here, and leaves the files for PyTorch; gives the losses of going on here. */
async function leave(pair: Pair, folder: string, here: Here): Promise<number[]> {
  for (let i = 0; i < STEPS; i++) await step(here)
  const { kind, sizes, rule, zip } = pair
  await mkdir(folder)
  await writeFile(
    join(folder, 'task.json'),
    JSON.stringify({ kind, sizes, rule, zip, steps: STEPS }),
  )
  await saveTensors(join(folder, 'batch.safetensors'), { x: here.x, target: here.target })
  await writeFile(join(folder, 'model.safetensors'), await toPyTorchStateDict(here.model))
  await writeFile(join(folder, 'optimizer.safetensors'), await toPyTorchOptimizer(here.lo))
  const losses = []
  for (let i = 0; i < STEPS; i++) losses.push(await step(here))
  return losses
}

export const pytorchRoundTrip: Trial = {
  name: 'pytorch-round-trip',
  claim: 'trained here, carried on in PyTorch, and back: the same losses, optimizer included',
  short: 3,
  long: 12,
  async run({ tries, random, folder }) {
    const python = process.env.DL_PYTHON
    if (!python) {
      const skipped = 'DL_PYTHON names no Python with torch and safetensors'
      return { tried: 0, failed: [], skipped }
    }
    // where nobody has chosen one
    if (!getBackend()) await import('@dl/backend-wasm')
    const pairs = PAIRS.slice(0, tries)
    const tasks = []
    for (const [i, pair] of pairs.entries()) {
      manualSeed(random.int(2 ** 31))
      const model = pair.make()
      const [x, target] = batchOf(pair, random)
      const here = { model, lo: optimizerOf(model, pair.rule), x, target }
      const at = join(folder, String(i))
      const ours = await leave(pair, at, here)
      for (const owner of [here.lo, model]) owner.dispose()
      tasks.push({ pair, at, x, target, ours })
    }
    const script = join(process.cwd(), 'trust', 'src', 'programs', 'pytorch-leg.py')
    await promisify(execFile)(python, [script, ...tasks.map(({ at }) => at)])
    const failed: string[] = []
    const notes: string[] = []
    for (const { pair, at, x, target, ours } of tasks) {
      const text = await readFile(join(at, 'losses.json'), 'utf8')
      const { losses, after } = JSON.parse(text) as { losses: number[]; after: number[] }
      manualSeed(0)
      const model = pair.make()
      const back = { model, lo: optimizerOf(model, pair.rule), x, target }
      const saved = await readPyTorch(join(at, 'checkpoint.pt'))
      await loadPyTorchStateDict(model, saved)
      await loadPyTorchOptimizer(back.lo, saved)
      const returned = [await step(back), await step(back, true)]
      dispose([x, target])
      for (const owner of [back.lo, model]) owner.dispose()
      const apart = (a: number[], b: number[], i: number) => Math.abs(a[i]! - b[i]!)
      const there = apart(ours, losses, 0)
      const home = apart(returned, after, 0)
      // one update more, with the memory that came along
      const later = Math.max(apart(ours, losses, 1), apart(returned, after, 1))
      const line = `${pair.name}: ${there.toExponential(1)} there, ${home.toExponential(1)} back, ${later.toExponential(1)} one update later`
      notes.push(line)
      if (!(there <= TOLERANCE && home <= TOLERANCE && later <= 10 * TOLERANCE)) failed.push(line)
    }
    return { tried: pairs.length, failed, notes }
  },
}
