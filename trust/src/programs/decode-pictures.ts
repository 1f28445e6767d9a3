/**
 * Decodes damaged pictures: `node decode-pictures.js '{"files":"…","seed":7,"from":0,"to":100}'`. For
 * each it prints its number, and then what came of it, so that one that ends the process is known.
 */
import { readFileSync } from 'node:fs'
import { DlError, Generator } from '@dl/core'
import { decodeImage } from '@dl/vision'
import { damaged } from '../mutate'

/** The command line. */
export interface DecodeJob {
  /** A JSON list of base64 files. */
  files: string
  seed: number
  from: number
  to: number
}

const job: DecodeJob = JSON.parse(process.argv[2]!)
const whole = (JSON.parse(readFileSync(job.files, 'utf8')) as { file: string }[]).map(({ file }) =>
  Uint8Array.from(Buffer.from(file, 'base64')),
)
const say = (line: string) => process.stdout.write(`${line}\n`)

for (let i = job.from; i < job.to; i++) {
  const random = new Generator(job.seed).fork(i)
  const bytes = damaged(whole[random.int(whole.length)]!, random)
  say(`${i}`)
  try {
    const side = random.int(2) === 0 ? null : 1 + random.int(20)
    const { width, height, data } = await decodeImage(bytes, { side, maxPixels: 2 ** 22 })
    const fits = data.length === width * height * 3
    say(fits ? 'decoded' : `wrong: ${width}×${height} with ${data.length} bytes`)
  } catch (error) {
    say(DlError.is(error) ? error.code : `wrong: ${(error as Error).stack?.replaceAll('\n', ' ')}`)
  }
}
