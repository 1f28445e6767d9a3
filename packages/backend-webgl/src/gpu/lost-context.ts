/**
 * A browser takes the context away when the card was reset, or another page needs it. All calls do
 * nothing from then on: reading gives zeros, or waits for ever. Here the next program and each read say
 * what happened.
 */
import { DlError } from '@dl/core'
import { GPGPUContext, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import type { DataId } from '@tensorflow/tfjs-core'

export function refuseLost(gl: Pick<WebGLRenderingContext, 'isContextLost'>): void {
  if (!gl.isContextLost()) return
  throw new DlError('device-lost', {
    problem: 'the browser has taken the WebGL context away, and all tensors with it',
    expected:
      'a context that stays: a reset of the graphics card ends it, too little memory, too many pages',
    fix: 'Load the page again and continue from the last checkpoint; smaller batches need less memory.',
  })
}

/** Puts the question in front of tfjs's programs, and around its reads. */
export function refuseLostContexts(): void {
  const backend = MathBackendWebGL.prototype
  const { runWebGLProgram, read, readSync, uploadToGPU } = backend
  backend.runWebGLProgram = function (...args) {
    refuseLost(this.gpgpu.gl)
    return runWebGLProgram.apply(this, args)
  }
  backend.uploadToGPU = function (dataId) {
    refuseLost(this.gpgpu.gl)
    uploadToGPU.call(this, dataId)
  }
  const refuseZeros = (self: MathBackendWebGL, dataId: DataId) => {
    // tfjs keeps what it has read
    if (self.gpgpu.gl.isContextLost() && self.texData.has(dataId)) {
      self.texData.get(dataId).values = undefined
    }
    refuseLost(self.gpgpu.gl)
  }
  backend.read = async function (dataId) {
    const onHost = this.texData.get(dataId).values != null
    const values = await read.call(this, dataId)
    if (!onHost) refuseZeros(this, dataId)
    return values
  }
  backend.readSync = function (dataId) {
    const onHost = this.texData.get(dataId).values != null
    const values = readSync.call(this, dataId)
    if (!onHost) refuseZeros(this, dataId)
    return values
  }
  // what waits for a lost card would ask for ever
  const context = GPGPUContext.prototype as unknown as {
    createFence(gl: WebGLRenderingContext): { isFencePassed(): boolean }
  }
  const { createFence } = context
  context.createFence = function (gl) {
    const fence = createFence.call(this, gl)
    return { ...fence, isFencePassed: () => gl.isContextLost() || fence.isFencePassed() }
  }
}
