import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { whatVulkanLacks } from '../src/vulkan'

const folder = mkdtempSync(join(tmpdir(), 'dl-vulkan-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Nothing of this machine's own. */
const none = { libraries: [], cache: '/nowhere', drivers: [] }

it('no loader', () => {
  expect(whatVulkanLacks({}, none)!.problem).toBe(
    "WebGPU found no graphics card, as Vulkan's loader is missing (libvulkan.so.1)",
  )
  expect(whatVulkanLacks({}, none)!.fix).toMatch(/apt-get install libvulkan1/)
})

it('no driver, or one that is not there', () => {
  writeFileSync(join(folder, 'libvulkan.so.1'), '')
  const env = { LD_LIBRARY_PATH: `/elsewhere:${folder}`, HOME: folder }
  expect(whatVulkanLacks(env, none)!.problem).toBe(
    'WebGPU found no graphics card, as Vulkan has no driver',
  )
  const lost = whatVulkanLacks({ ...env, VK_ICD_FILENAMES: '/lost.json' }, none)
  expect(lost!.problem).toMatch(/has no driver: \/lost\.json is not there$/)
  writeFileSync(join(folder, 'card.json'), '')
  const named = { ...env, VK_ICD_FILENAMES: join(folder, 'card.json') }
  expect(whatVulkanLacks(named, none)).toBeNull()
  expect(whatVulkanLacks(env, { ...none, drivers: [folder] })).toBeNull()
})
