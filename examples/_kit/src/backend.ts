/** One import chooses the backend; here a flag chooses the import. */
import { ready, setBackend } from '@tensorflow/tfjs-core'

export async function useBackend(
  name: 'wasm' | 'cpu',
): Promise<{ backend: string; threads: number }> {
  let threads = 1
  if (name === 'wasm') {
    const { backendInfo } = await import('@dl/backend-wasm')
    threads = backendInfo().threads
  } else {
    await import('@tensorflow/tfjs-backend-cpu')
  }
  await setBackend(name)
  await ready()
  return { backend: name, threads }
}
