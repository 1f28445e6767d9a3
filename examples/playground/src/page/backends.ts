/** Which backends this browser has, and why it lacks the others. */
import type { BackendName } from './worker/protocol'

export type Availability = Record<BackendName, { title: string; missing: string | null }>

export async function availableBackends(): Promise<Availability> {
  const threads = crossOriginIsolated ? navigator.hardwareConcurrency : 1
  return {
    wasm: {
      title: threads > 1 ? `wasm · ${Math.min(16, threads)} threads` : 'wasm · 1 thread',
      missing: null,
    },
    webgl: { title: 'WebGL', missing: noWebGL() },
    webgpu: { title: 'WebGPU', missing: await noWebGPU() },
  }
}

function noWebGL(): string | null {
  try {
    const context = new OffscreenCanvas(1, 1).getContext('webgl2')
    context?.getExtension('WEBGL_lose_context')?.loseContext()
    if (context) return null
  } catch {
    // no OffscreenCanvas
  }
  return 'not in this browser'
}

async function noWebGPU(): Promise<string | null> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } }
  if (gpu === undefined) return 'not in this browser'
  const adapter = await gpu.requestAdapter().catch(() => null)
  return adapter ? null : 'no graphics card for it here'
}
