/**
 * WebGPU for the tests: the graphics card's driver where the machine has one, else SwiftShader, a
 * processor that plays one, which Debian's Chromium brings with Vulkan's loader.
 */
import { existsSync } from 'node:fs'

const CHROMIUM = '/usr/lib/chromium'
const DRIVER = `${CHROMIUM}/vk_swiftshader_icd.json`

/** What a Node process needs in its environment from its start on, or null without any driver. */
export const vulkan = findVulkan()

/** Why tests in Node do not run where there is none. */
export const NO_VULKAN =
  'there is no driver for Vulkan; install chromium, or name one with VK_ICD_FILENAMES'

/** For playwright, beside the launch options of all pages. */
export const webgpuArgs = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']

/** @returns {Record<string, string> | null} */
function findVulkan() {
  const { LD_LIBRARY_PATH, VK_ICD_FILENAMES = process.env.VK_DRIVER_FILES } = process.env
  if (VK_ICD_FILENAMES) return { VK_ICD_FILENAMES, ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }) }
  if (!existsSync(DRIVER)) return null
  const folders = [CHROMIUM, LD_LIBRARY_PATH].filter(Boolean)
  return { LD_LIBRARY_PATH: folders.join(':'), VK_ICD_FILENAMES: DRIVER }
}
