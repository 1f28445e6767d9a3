/**
 * Which backend runs. tfjs ranks all that are registered and quietly goes on with the next where one
 * fails to start: a program that asked for one would train on another, a hundred times slower. So
 * the engine's ways of choosing are put in front of theirs. Of those that announced themselves the
 * last imported one runs or says why it cannot, and a program that imported none hears which line to
 * add, be it by a layer, a loader or its own `tensor()`.
 */
import { engine, type KernelBackend } from '@tensorflow/tfjs-core'
import { DlError } from '../errors'
import { announcedBackends } from './announce'

/** The part of tfjs's engine that chooses; some of it is private there. */
interface Chooser {
  registryFactory: Record<string, { factory: () => KernelBackend | Promise<KernelBackend> }>
  registry: Record<string, KernelBackend>
  backendNames(): string[]
  getSortedBackends(): string[]
  initializeBackend(name: string): { success: boolean | Promise<boolean>; asyncInit: boolean }
  setBackend(name: string): Promise<boolean>
}

const PACKAGES: Record<string, string> = {
  wasm: '@dl/backend-wasm',
  webgl: '@dl/backend-webgl',
  webgpu: '@dl/backend-webgpu',
  node: '@dl/backend-node',
  cpu: '@tensorflow/tfjs-backend-cpu',
}

const chooser = engine() as unknown as Chooser
const { getSortedBackends, initializeBackend, setBackend } = chooser

chooser.getSortedBackends = () => {
  if (chooser.backendNames().length === 0) {
    throw new DlError('no-backend', {
      problem: 'no backend for TensorFlow.js is imported',
      expected: 'one before the first tensor',
      fix: "Add the line import '@dl/backend-wasm', which runs everywhere.",
    })
  }
  const sorted = getSortedBackends.call(chooser)
  const { current } = announcedBackends
  // one that a program has registered itself, and ranks higher, is meant
  return current.has(sorted[0]!) ? [[...current.keys()].at(-1)!] : sorted
}

chooser.initializeBackend = name => {
  const announced = announcedBackends.current.get(name)
  const entry = chooser.registryFactory[name]
  if (announced === undefined || entry === undefined) return initializeBackend.call(chooser, name)
  let backend: ReturnType<typeof entry.factory>
  try {
    backend = entry.factory()
  } catch (cause) {
    // tfjs would make a warning of it
    if (DlError.is(cause)) throw cause
    throw new DlError('backend-failed', {
      problem: `the backend '${name}' of ${announced.package} did not start: ${String(cause)}`,
      fix: 'Import another backend, such as @dl/backend-wasm.',
      cause,
    })
  }
  const { factory } = entry
  entry.factory = () => backend
  try {
    return initializeBackend.call(chooser, name)
  } finally {
    entry.factory = factory
  }
}

chooser.setBackend = async name => {
  const known = chooser.backendNames()
  if (known.includes(name)) return setBackend.call(chooser, name)
  const source = PACKAGES[name]
  throw new DlError('no-backend', {
    problem: `the backend '${name}' is not imported`,
    expected:
      known.length > 0 ? `one of ${known.join(', ')}` : 'the import of one before it is set',
    ...(source && { fix: `Add the line import '${source}'.` }),
  })
}
