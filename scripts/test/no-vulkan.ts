/** Stands in for the suite on WebGPU in Node where nothing plays a graphics card. */
import { it } from 'vitest'
import { NO_VULKAN } from '../webgpu.mjs'

it('the suite on WebGPU in Node', ctx => ctx.skip(NO_VULKAN))
