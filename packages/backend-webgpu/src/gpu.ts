/**
 * Where WebGPU comes from: in a page or a worker from the browser, in Node from Dawn, which npm's
 * package `webgpu` brings. tfjs looks for `navigator.gpu` and for constants like `GPUBufferUsage`
 * among the globals, so in Node they are put there.
 */
import { DlError } from '@dl/core'
import { whatVulkanLacks } from './vulkan'

/** What npm's `webgpu` exports. */
interface Dawn {
  create(options: string[]): GPU
  globals: object
}

const WASM_INSTEAD =
  "Or import '@dl/backend-wasm' instead of '@dl/backend-webgpu': it runs everywhere."

const inNode = (): boolean => typeof process === 'object' && process.versions?.node !== undefined

/**
 * The entry to WebGPU, in Node with the globals that belong to it.
 *
 * @param adapter a part of the adapter's name (Node only)
 * @throws DlError `webgpu-absent`, `webgpu-missing`
 */
export async function findGpu(adapter?: string): Promise<GPU> {
  const present: GPU | undefined = globalThis.navigator?.gpu
  if (present) return present
  if (!inNode()) {
    throw new DlError('webgpu-absent', {
      problem: 'this page has no WebGPU: navigator.gpu is not there',
      expected: 'a browser with WebGPU, and a page from https or localhost',
      fix: WASM_INSTEAD.replace('Or import', 'Import'),
    })
  }
  const { create, globals } = await loadDawn()
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis)) Object.assign(globalThis, { [name]: value })
  }
  const gpu = create(adapter ? [`adapter=${adapter}`] : [])
  if (!globalThis.navigator) Object.assign(globalThis, { navigator: {} })
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
  return gpu
}

async function loadDawn(): Promise<Dawn> {
  // not a literal, which a bundler of pages would look for
  const name = 'webgpu'
  try {
    return await import(/* @vite-ignore */ name)
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string }
    const absent = code === 'ERR_MODULE_NOT_FOUND'
    throw new DlError('webgpu-missing', {
      problem: absent
        ? "the package 'webgpu', which brings WebGPU to Node, is not installed"
        : `the package 'webgpu' does not load here: ${message}`,
      ...(absent && { fix: `Run \`npm install webgpu\`. ${WASM_INSTEAD}` }),
      ...(!absent && { expected: 'Linux, macOS or Windows on x64 or arm64', fix: WASM_INSTEAD }),
      cause,
    })
  }
}

/**
 * The graphics card to compute on.
 *
 * @param adapter what `findGpu` was given, for the message
 * @throws DlError `webgpu-no-adapter`, which names what is missing
 */
export async function findAdapter(
  gpu: GPU,
  powerPreference: GPUPowerPreference,
  adapter?: string,
): Promise<GPUAdapter> {
  let cause: unknown
  try {
    const found = await gpu.requestAdapter({ powerPreference })
    if (found) return found
  } catch (error) {
    cause = error
  }
  throw new DlError('webgpu-no-adapter', { ...whatIsWrong(adapter, cause), cause })
}

function whatIsWrong(adapter: string | undefined, cause: unknown) {
  if (!inNode()) {
    return {
      problem: 'this browser has WebGPU but found no graphics card for it',
      expected: 'a card and a driver that the browser allows (chrome://gpu says which)',
      fix: WASM_INSTEAD.replace('Or import', 'Import'),
    }
  }
  const { platform, env } = process
  const lacking = platform === 'linux' ? whatVulkanLacks(env) : null
  if (lacking) return { ...lacking, fix: `${lacking.fix} ${WASM_INSTEAD}` }
  if (adapter) {
    return {
      problem: `no graphics card is called ${JSON.stringify(adapter)}${cause ? ` (${(cause as Error).message.trim()})` : ''}`,
      expected: 'DL_WEBGPU_ADAPTER to be a part of the name of one',
    }
  }
  return {
    problem: 'WebGPU found no graphics card',
    expected: 'one with a driver for Vulkan, Metal or Direct3D 12',
    fix: WASM_INSTEAD.replace('Or import', 'Import'),
  }
}
