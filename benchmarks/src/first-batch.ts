/**
 * From an empty folder to the first trained batch, everything downloaded anew: our packages with npm
 * against PyTorch with pip. Seconds depend on the network, which is the same for both.
 * `npm run bench -- first-batch`
 */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { shell } from '../../scripts/test/packed/shell'
import { describeMachine } from './harness/machine'
import { flag, readOptions } from './harness/options'
import { writeSection } from './harness/results'
import { aligned, markdown, targetCells } from './harness/table'
import { completed } from './harness/targets'

const HELP = `Installs our packages with npm, and PyTorch with pip, and trains one batch with each.

  --json   one JSON object as the last line
  --write  puts the table into benchmarks/RESULTS.md
`

const OURS = [
  'backend-wasm',
  'core',
  'callbacks',
  'data',
  'layers',
  'native',
  'optim',
  'text',
  'train',
]

const TFJS = { '@tensorflow/tfjs-core': '4.22.0', '@tensorflow/tfjs-backend-cpu': '4.22.0' }

const PROGRAM = `import '@dl/backend-wasm'
import { take } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, LanguageModelLoader } from '@dl/text'
import { fit } from '@dl/train'

const ids = Int32Array.from({ length: 64 * 100 }, (_, i) => i % 56)
const train = take(new LanguageModelLoader(ids, { bs: 64, bptt: 8, seed: 1 }), 1)
const model = new CharLM({ vocab: 56, hidden: 256 })
const { history } = await fit(model, { train }, 1, new LayerOptimizer(adam, model, 1e-3), crossEntropy)
console.log(history[0].trnLoss)
`

const TORCH = `import torch
from torch import nn
ids = torch.arange(64 * 8).reshape(8, 64) % 56
embedding, rnn, out = nn.Embedding(56, 42), nn.LSTM(42, 256), nn.Linear(256, 56)
parameters = [*embedding.parameters(), *rnn.parameters(), *out.parameters()]
step = torch.optim.Adam(parameters, 1e-3)
loss = nn.functional.cross_entropy(out(rnn(embedding(ids))[0]).flatten(0, 1), ids.flatten())
loss.backward()
step.step()
print(loss.item())
`

/** Of the repository, seen from the build. */
const root = fileURLToPath(new URL('../..', import.meta.url))

interface Start {
  seconds: number
  /** Of the folder, with everything that was installed into it. */
  megabytes: number
}

const { json, write } = readOptions(HELP, { json: flag, write: flag })
const folder = await mkdtemp(join(tmpdir(), 'dl-first-batch-'))
try {
  const pnpm = `npx --yes ${(await manifestIn(root)).packageManager}`
  const pack = `pack --config.ignore-scripts=true --pack-destination "${folder}"`
  await run(`${pnpm} -r --filter "./packages/*" ${pack}`, root)
  const ours = await first(join(folder, 'ours'), async place => {
    const dependencies = { ...(await tarballs()), ...TFJS }
    const manifest = JSON.stringify({ private: true, type: 'module', dependencies })
    await writeFile(join(place, 'package.json'), manifest)
    await writeFile(join(place, 'train.js'), PROGRAM)
    await run(`npm install --no-audit --no-fund --cache "${folder}/npm-cache"`, place)
    await run('node train.js', place)
  })
  const torch = await first(join(folder, 'torch'), async place => {
    await writeFile(join(place, 'train.py'), TORCH)
    await run('python3 -m venv venv', place)
    await run('venv/bin/pip install --no-cache-dir --quiet torch numpy', place)
    await run('venv/bin/python train.py', place)
  })
  const targets = {
    P18: torch && ours ? ours.seconds / torch.seconds : null,
    P18_size: torch && ours ? ours.megabytes / torch.megabytes : null,
  }
  const figures = [
    ['', 'seconds', 'MB'],
    ...Object.entries({ 'npm, @dl/text and @dl/train on wasm': ours, 'pip, torch': torch }).map(
      ([name, start]) => [
        name,
        start?.seconds.toFixed(1) ?? '–',
        start?.megabytes.toFixed(0) ?? '–',
      ],
    ),
  ]
  process.stderr.write(`${aligned(figures)}\n${aligned(targetCells(targets))}`)
  if (write) {
    const about = `${describeMachine()}: \`npm run bench -- first-batch --write\``
    writeSection(
      'first-batch',
      [about, markdown(figures), markdown(targetCells(targets))].join('\n\n'),
    )
  }
  if (json) console.log(JSON.stringify({ ours, torch, targets: completed(targets) }))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function manifestIn(place: string) {
  return JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))
}

async function tarballs(): Promise<Record<string, string>> {
  const entries = OURS.map(async name => {
    const { version } = await manifestIn(join(root, 'packages', name))
    return [`@dl/${name}`, `file:${join(folder, `dl-${name}-${version}.tgz`)}`]
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** Null, with the reason on standard error, where it cannot be installed. */
async function first(
  place: string,
  install: (place: string) => Promise<void>,
): Promise<Start | null> {
  await mkdir(place)
  const began = performance.now()
  try {
    await install(place)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return null
  }
  const seconds = (performance.now() - began) / 1000
  return { seconds, megabytes: (await bytesIn(place)) / 1e6 }
}

async function run(command: string, place: string): Promise<void> {
  const { ok, output } = await shell(command, place)
  if (!ok) throw new Error(`${command} failed: ${output.trim().split('\n').at(-1)}`)
}

async function bytesIn(place: string): Promise<number> {
  const files = await readdir(place, { recursive: true, withFileTypes: true })
  const sizes = files
    .filter(file => file.isFile())
    .map(async file => (await stat(join(file.parentPath, file.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
