/**
 * What a program hears that needs a backend and has imported none. tfjs's `No backend found in
 * registry.` names no way on, so the engine's two ways of choosing a backend are put in front of
 * theirs: whoever asks gets a DlError, be it a layer, a loader or the program's own `tensor()`.
 */
import { engine } from '@tensorflow/tfjs-core'
import { DlError } from './errors'

/** The part of tfjs's engine that chooses; `getSortedBackends` is private there. */
interface Chooser {
  backendNames(): string[]
  getSortedBackends(): string[]
  setBackend(name: string): Promise<boolean>
}

const PACKAGES: Record<string, string> = {
  wasm: '@dl/backend-wasm',
  webgl: '@dl/backend-webgl',
  cpu: '@tensorflow/tfjs-backend-cpu',
}

const chooser = engine() as unknown as Chooser
const { getSortedBackends, setBackend } = chooser

chooser.getSortedBackends = () => {
  if (chooser.backendNames().length > 0) return getSortedBackends.call(chooser)
  throw new DlError('no-backend', {
    problem: 'no backend for TensorFlow.js is imported',
    expected: 'one before the first tensor',
    fix: "Add the line import '@dl/backend-wasm', which runs everywhere, or in a page import '@dl/backend-webgl'.",
  })
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
