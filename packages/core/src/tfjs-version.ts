import { version_core } from '@tensorflow/tfjs-core'
import { DlError } from './errors'

/** Its tape is walked here and its gradients are repaired, so it is this one and no range. */
const VERSION = '4.22.0'

/** Refuses any other tfjs-core: package managers can be told to ignore what a peer asks for. */
export function checkTfjsVersion(found: string = version_core): void {
  if (found === VERSION) return
  throw new DlError('tfjs-version', {
    problem: `@tensorflow/tfjs-core is of version ${found}`,
    expected: `${VERSION}, whose gradients @dl/core knows and repairs`,
    fix: `Run npm install @tensorflow/tfjs-core@${VERSION}; other packages of TensorFlow.js have to be of that version, too.`,
  })
}
