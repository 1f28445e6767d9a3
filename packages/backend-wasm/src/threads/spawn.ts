/** Starts a worker from the source that the build inlined, in Node and in browsers. */
import { worker as source } from '#host'
import type { NodeWorkerTask } from './node-worker'
import type { WorkerTask } from './serve'

export interface SpawnedWorker {
  terminate(): void
}

/** `onEnd` is told why a worker ended that nobody asked to; a worker that never starts is no error. */
export function spawnWorker(
  task: NodeWorkerTask,
  onEnd: (reason: string) => void,
): SpawnedWorker | null {
  try {
    const node = nodeModule('node:worker_threads')
    return node ? inNode(node.Worker, task, onEnd) : inBrowser(task, onEnd)
  } catch {
    return null // a content security policy without worker-src blob:, or no more threads
  }
}

interface NodeModules {
  'node:module': typeof import('node:module')
  'node:os': typeof import('node:os')
  'node:v8': typeof import('node:v8')
  'node:worker_threads': typeof import('node:worker_threads')
}

/** A module of Node's, asked of the process rather than imported: bundlers for browsers must not see it. */
export function nodeModule<N extends keyof NodeModules>(name: N): NodeModules[N] | undefined {
  const node = globalThis.process as typeof process | undefined
  return node?.getBuiltinModule?.(name) as NodeModules[N] | undefined
}

type NodeWorker = typeof import('node:worker_threads').Worker

function inNode(
  Worker: NodeWorker,
  task: NodeWorkerTask,
  onEnd: (reason: string) => void,
): SpawnedWorker {
  // what this process was started with (loaders, inspectors) is none of the worker's business
  const options = { eval: true, workerData: task, execArgv: [], env: {}, name: 'dl-wasm' }
  const worker = new Worker(source, options)
  let asked = false
  worker.on('error', error => onEnd(error.message))
  worker.on('exit', code => asked || onEnd(`exit code ${code}`))
  worker.unref()
  return {
    terminate() {
      asked = true
      void worker.terminate()
    },
  }
}

function inBrowser(task: WorkerTask, onEnd: (reason: string) => void): SpawnedWorker {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  const worker = new Worker(url, { name: 'dl-wasm' })
  worker.onerror = event => {
    event.preventDefault() // it is told here, not once more as the page's own error
    onEnd(event.message)
  }
  worker.postMessage(task)
  return {
    terminate() {
      worker.terminate()
      URL.revokeObjectURL(url)
    },
  }
}
