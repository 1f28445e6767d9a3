/** Pictures of ours: augmented from memory, and decoded. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { backendInfo } from '@dl/backend-wasm'
import { Generator } from '@dl/core'
import {
  cifar10Stats,
  decodeImage,
  type PixelImage,
  randomFlip,
  tfmsFromStats,
  transformsSideOn,
} from '@dl/vision'
import { setBackend, version_core } from '@tensorflow/tfjs-core'
import type { Task } from '../harness/protocol'
import { serve } from './_serve'
import { type Operation, timed } from './_timed'

await setBackend('wasm')

/** A batch as the lesson's CIFAR-10 has it, each picture with a generator of its own. */
function augment({ bs, set }: Task): Operation {
  const random = new Generator(1)
  const images = Array.from({ length: bs as number }, (): PixelImage => {
    const data = Uint8Array.from(random.words(32 * 32 * 3), word => word % 256)
    return { width: 32, height: 32, channels: 3, data }
  })
  const augTfms = set === 'flip' ? [randomFlip()] : transformsSideOn
  const { train } = tfmsFromStats(cifar10Stats, 32, { augTfms, pad: 4 })
  let epoch = 0
  return {
    run() {
      const chance = random.fork(epoch++)
      const generators = images.map((_, i) => chance.fork(i))
      train.batch(images, generators).dispose()
    },
    dispose() {},
  }
}

/** All files of a folder, as many at once as a loader would have. */
async function decode({ folder, side }: Task): Promise<Operation> {
  const paths = (await readdir(folder as string)).map(name => join(folder as string, name))
  return {
    async run() {
      const left = paths.values()
      const worker = async () => {
        for (const path of left) await decodeImage(await readFile(path), { side: side as number })
      }
      await Promise.all(Array.from({ length: 16 }, worker))
    },
    dispose() {},
  }
}

const operations: Record<string, (task: Task) => Operation | Promise<Operation>> = {
  augment,
  decode,
}

const hello = { threads: backendInfo().threads, versions: { tfjs: version_core } }
await serve(
  hello,
  timed(task => operations[task.op]!(task)),
)
