/** A worker of Node, which may run native kernels. The build bundles this file to a string in `#host`. */
import { attach, type NativeAddon } from '../native/attach'
import { serve, type WorkerTask } from './serve'

export interface NodeWorkerTask extends WorkerTask {
  /** What the calling thread runs: all threads have to agree on the form of packed matrices. */
  native: NativeAddon | null
}

const { workerData } = process.getBuiltinModule('node:worker_threads')
const { native, memory } = workerData as NodeWorkerTask
serve(workerData, native ? attach(native, memory) : {})
