/** A page's worker. The build bundles this file to a string in `#host`, so that no bundler need know of a worker file. */
import { serve, type WorkerTask } from './serve'

globalThis.onmessage = ({ data }: MessageEvent<WorkerTask>) => {
  serve(data)
}
