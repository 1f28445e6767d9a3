import { backendInfo } from '@dl/backend-webgpu'
import * as core from '@dl/core'
import { opInfo } from '@dl/core'
import { expect, it } from 'vitest'

it('tells what runs underneath, in the shape of all backends', () => {
  const info = backendInfo()
  expect(info).toMatchObject({ backend: 'webgpu', threads: 1, simd: null, native: null })
  expect(info).toMatchObject({ precision: 'float32', fallbacks: [] })
  expect(info.device.trim()).not.toBe('')
  expect(info.kernels).toBeGreaterThan(175)
  expect(info.limits.maxBufferSize).toBeGreaterThanOrEqual(2 ** 28)
  expect(core.backendInfo()).toMatchObject({ backend: 'webgpu', device: info.device })
})

it('has a kernel for each fused operation', () => {
  const composed = opInfo().filter(({ implementation }) => implementation === 'composed')
  expect(composed).toEqual([])
})
