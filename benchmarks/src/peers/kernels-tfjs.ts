/** Operations on a backend of tfjs: `ours`, `tfjs-wasm` or `tfjs-cpu`, named by the argument. */
import { enableProdMode, ready, setBackend, version_core } from '@tensorflow/tfjs-core'
import { serve } from './_serve'
import { operation, tfjsMakers } from './_tfjs-operations'
import { timed } from './_timed'

const name = process.argv[2]
// what users are told to do; it also ends the greeting of tfjs's slow backend
enableProdMode()

const load: Record<string, () => Promise<number>> = {
  async ours() {
    const { backendInfo } = await import('@dl/backend-wasm')
    await setBackend('wasm')
    return backendInfo().threads
  },
  async 'tfjs-wasm'() {
    await import('@tensorflow/tfjs-backend-wasm')
    await setBackend('wasm')
    return 1
  },
  async 'tfjs-cpu'() {
    await import('@tensorflow/tfjs-backend-cpu')
    await setBackend('cpu')
    return 1
  },
}

const threads = await load[name!]!()
await ready()
const makers =
  name === 'ours' ? { ...tfjsMakers, ...(await import('./_our-operations')).ourMakers } : tfjsMakers
await serve(
  { threads, versions: { tfjs: version_core } },
  timed(task => operation(makers, task)),
)
