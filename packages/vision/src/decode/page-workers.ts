/**
 * A few workers of a page that turn files into pixels, so that the page stays free: browsers decode
 * beside it on their own, but resize and read back where they are asked to.
 */
import { type Pixels, pixelsOfFile } from './pixels-of-file'

export type ReadPixels = typeof pixelsOfFile

interface Question {
  readonly id: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly side: number | null
}

interface Answer {
  readonly id: number
  readonly pixels?: Pixels
  /** What was wrong with the file. */
  readonly problem?: string
}

interface Waiting extends Pick<Question, 'bytes' | 'side'> {
  resolve(pixels: Pixels | Promise<Pixels>): void
  reject(error: Error): void
}

/**
 * Workers start with the first picture. Where they cannot (a content security policy may forbid
 * `blob:`), the page does the work itself.
 *
 * @param count of workers
 */
export function inWorkers(count: number): ReadPixels {
  const waiting = new Map<number, Waiting>()
  let workers: Worker[] | null = []
  let next = 0

  function giveUp(): void {
    for (const worker of workers ?? []) worker.terminate()
    workers = null
    for (const { bytes, side, resolve } of waiting.values()) resolve(pixelsOfFile(bytes, side))
    waiting.clear()
  }

  function start(): Worker {
    const url = URL.createObjectURL(new Blob([SOURCE], { type: 'text/javascript' }))
    const worker = new Worker(url, { name: 'dl-pictures' })
    worker.onerror = event => {
      // it is no error of the page's
      event.preventDefault()
      giveUp()
    }
    worker.onmessage = ({ data: { id, pixels, problem } }: MessageEvent<Answer>) => {
      if (!pixels && problem === undefined) return giveUp()
      const asked = waiting.get(id)
      waiting.delete(id)
      if (pixels) asked?.resolve(pixels)
      else asked?.reject(new Error(problem))
    }
    return worker
  }

  return (bytes, side) => {
    const started = workers
    if (started === null) return pixelsOfFile(bytes, side)
    return new Promise((resolve, reject) => {
      const id = next++
      waiting.set(id, { bytes, side, resolve, reject })
      try {
        // in turn: each works on several
        const worker = (started[id % count] ??= start())
        worker.postMessage({ id, bytes, side } satisfies Question)
      } catch {
        giveUp()
      }
    })
  }
}

const SOURCE = `const read = ${pixelsOfFile}
onmessage = async ({ data: { id, bytes, side } }) => {
  try {
    const pixels = await read(bytes, side)
    postMessage({ id, pixels }, [pixels.data.buffer])
  } catch (error) {
    // others than the decoders' own say that something is missing here
    postMessage({ id, problem: error instanceof DOMException ? error.message : undefined })
  }
}`
