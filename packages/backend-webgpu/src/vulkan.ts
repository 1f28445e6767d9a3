/**
 * Dawn computes through Vulkan on Linux and, where that is missing, only says that there is no
 * adapter. What is missing decides what to install, so this looks for it.
 */

const LOADER = 'libvulkan.so.1'

/** Where Linux has libraries, and Vulkan's loader looks for descriptions of drivers. */
const PLACES = {
  libraries: ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/local/lib'],
  cache: '/etc/ld.so.cache',
  drivers: ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'],
}

interface Lacking {
  problem: string
  expected: string
  fix: string
}

/** What Vulkan lacks on this machine, or null where loader and driver are there. */
export function whatVulkanLacks(
  env: Record<string, string | undefined>,
  places: typeof PLACES = PLACES,
): Lacking | null {
  const { existsSync, readdirSync, readFileSync } = process.getBuiltinModule('node:fs')
  const { join } = process.getBuiltinModule('node:path')
  const listed = (paths?: string) => (paths ?? '').split(':').filter(path => path !== '')
  const { libraries, cache, drivers: folders } = places
  const found = [...listed(env.LD_LIBRARY_PATH), ...libraries].some(folder =>
    existsSync(join(folder, LOADER)),
  )
  if (!found && !(existsSync(cache) && readFileSync(cache, 'latin1').includes(LOADER))) {
    return {
      problem: `WebGPU found no graphics card, as Vulkan's loader is missing (${LOADER})`,
      expected: 'the loader and the driver of a card',
      fix: 'Install it: `apt-get install libvulkan1`, `dnf install vulkan-loader`, `pacman -S vulkan-icd-loader`.',
    }
  }
  const named = listed(env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES)
  const home = join(env.XDG_DATA_HOME ?? join(env.HOME ?? '/', '.local/share'), 'vulkan/icd.d')
  const drivers = [...folders, home].flatMap(folder =>
    existsSync(folder) ? readdirSync(folder).filter(file => file.endsWith('.json')) : [],
  )
  const lost = named.filter(path => !existsSync(path))
  if (named.length > 0 ? lost.length < named.length : drivers.length > 0) return null
  return {
    problem: `WebGPU found no graphics card, as Vulkan has no driver${lost.length > 0 ? `: ${lost.join(', ')} is not there` : ''}`,
    expected: `a driver's description (ICD) in ${PLACES.drivers[0]}, or named by VK_ICD_FILENAMES`,
    fix: "Install the card's driver; `apt-get install mesa-vulkan-drivers` also brings one that computes on the processor.",
  }
}
