/** Pictures of ours: augmented from memory. */
import { backendInfo } from '@dl/backend-wasm'
import { Generator } from '@dl/core'
import {
  cifar10Stats,
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

const operations: Record<string, (task: Task) => Operation> = {
  augment,
}

const hello = { threads: backendInfo().threads, versions: { tfjs: version_core } }
await serve(
  hello,
  timed(task => operations[task.op]!(task)),
)
