import { getKernel, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'

/** Puts a function of one's own in the place of tfjs's kernel, which it gets. */
export function repairKernel(name: string, repaired: (original: KernelFunc) => KernelFunc): void {
  const config = getKernel(name, 'webgpu')!
  // registering over a kernel would warn
  unregisterKernel(name, 'webgpu')
  registerKernel({ ...config, kernelFunc: repaired(config.kernelFunc) })
}
