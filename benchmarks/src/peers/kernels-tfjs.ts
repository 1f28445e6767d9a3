/** Operations on a backend of tfjs: `ours`, `tfjs-wasm` or `tfjs-cpu`, named by the argument. */
import { enableProdMode, ready, setBackend, version_core } from '@tensorflow/tfjs-core'
import type { Hello } from '../harness/protocol'
import { serve } from './_serve'
import { operation, tfjsMakers } from './_tfjs-operations'
import { timed } from './_timed'

const name = process.argv[2]
// what users are told to do; it also ends the greeting of tfjs's slow backend
enableProdMode()

const load: Record<string, () => Promise<Omit<Hello, 'versions'>>> = {
  async ours() {
    const { backendInfo } = await import('@dl/backend-wasm')
    await setBackend('wasm')
    const { threads, native } = backendInfo()
    return { threads, native }
  },
  async 'tfjs-wasm'() {
    await import('@tensorflow/tfjs-backend-wasm')
    await setBackend('wasm')
    return { threads: 1 }
  },
  async 'tfjs-cpu'() {
    await import('@tensorflow/tfjs-backend-cpu')
    await setBackend('cpu')
    return { threads: 1 }
  },
}

const hello = await load[name!]!()
await ready()
const makers =
  name === 'ours' ? { ...tfjsMakers, ...(await import('./_our-operations')).ourMakers } : tfjsMakers
await serve(
  { ...hello, versions: { tfjs: version_core } },
  timed(task => operation(makers, task)),
)
