/** Programs of Node with WebGPU: what each message says is missing, and that they end by themselves. */
import { spawn } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_VULKAN, vulkan } from '../webgpu.mjs'
import { root } from '../workspace.mjs'
import { installed } from './installed'

const PROGRAM = `
try {
  const { backendInfo } = await import('@dl/backend-webgpu')
  const { add, getBackend, ones, setBackend } = await import('@tensorflow/tfjs-core')
  await setBackend('webgpu')
  const x = add(ones([2000]), 1)
  console.log(getBackend() + ' ' + (await x.data())[1999] + ' ' + backendInfo().device)
} catch (error) {
  console.log(error.code + ': ' + error.message)
}
`

const place = installed()
/** Without the package that brings WebGPU to Node. */
const bare = installed()

beforeAll(() => {
  for (const { write } of [place, bare]) {
    write('package.json', '{ "type": "module" }')
    write('program.js', PROGRAM)
    // a package finds its peers where it lies, which here are links
    write(
      'peers.js',
      `import { register } from 'node:module'
       register('data:text/javascript,' + encodeURIComponent(\`
         export const resolve = (name, context, next) => {
           if (name !== 'webgpu' || \${!process.argv.includes('bare')}) return next(name, context)
           throw Object.assign(new Error('no webgpu'), { code: 'ERR_MODULE_NOT_FOUND' })
         }\`))`,
    )
  }
  const target = join(root, 'packages/backend-webgpu/node_modules/webgpu')
  symlinkSync(target, join(place.folder, 'node_modules/webgpu'), 'junction')
})
afterAll(() => {
  place.remove()
  bare.remove()
})

/** What the program says; it fails where the process does not end by itself. */
async function says(env: Record<string, string>, ...args: string[]): Promise<string> {
  const { LD_LIBRARY_PATH: _1, VK_ICD_FILENAMES: _2, VK_DRIVER_FILES: _3, ...rest } = process.env
  const child = spawn(process.execPath, ['--import', './peers.js', 'program.js', ...args], {
    cwd: place.folder,
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  child.stdout.on('data', chunk => {
    said += chunk
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  expect(code).toBe(0)
  return said.trim()
}

const WASM = "Or import '@dl/backend-wasm' instead of '@dl/backend-webgpu': it runs everywhere."

it('says which package brings WebGPU', async () => {
  expect(await says({}, 'bare')).toBe(
    "webgpu-missing: the package 'webgpu', which brings WebGPU to Node, is not installed. Run " +
      `\`npm install webgpu\`. ${WASM}`,
  )
})

describe.runIf(process.platform === 'linux')('on Linux', () => {
  it('says that Vulkan has no driver, and which was named', async ctx => {
    if (!vulkan?.LD_LIBRARY_PATH) return ctx.skip(NO_VULKAN)
    const { LD_LIBRARY_PATH } = vulkan
    const said = await says({ LD_LIBRARY_PATH, VK_ICD_FILENAMES: '/nowhere.json' })
    expect(said).toMatch(
      /^webgpu-no-adapter: WebGPU found no graphics card, as Vulkan has no driver: \/nowhere\.json is not there; expected a driver's description \(ICD\) in \/usr\/share\/vulkan\/icd\.d, or named by VK_ICD_FILENAMES\. Install the card's driver; `apt-get install mesa-vulkan-drivers`/,
    )
  })

  it('computes, tells the card, and ends', async ctx => {
    if (!vulkan?.VK_ICD_FILENAMES) return ctx.skip(NO_VULKAN)
    expect(await says(vulkan)).toMatch(/^webgpu 2 \S+/)
  })

  it('says that no card has the name asked for', async ctx => {
    if (!vulkan?.VK_ICD_FILENAMES) return ctx.skip(NO_VULKAN)
    const said = await says({ ...vulkan, DL_WEBGPU_ADAPTER: 'Voodoo' })
    expect(said).toMatch(/^webgpu-no-adapter: no graphics card is called "Voodoo"/)
    expect(said).toMatch(/expected DL_WEBGPU_ADAPTER to be a part of the name of one\.$/)
  })
})
