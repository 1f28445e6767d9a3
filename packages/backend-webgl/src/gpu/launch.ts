/**
 * Runs a program of our own on tfjs's textures. What tfjs's way of doing it cannot: several outputs at
 * once, integer addresses, writing a part of a texture, and reading packed and unpacked textures as
 * they are, without a program that converts one into the other.
 */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type Compiled, compiled } from './compile'
import { countLaunch } from './launches'
import { layoutOf } from './layout'
import { refuseLost } from './lost-context'
import { gridOf, textureFor } from './texture'

/** A tensor to be written: one element for each call of `compute`, or four in a texture of our own. */
export interface Output {
  shape: number[]
  dtype?: DataType
}

/** A rectangle of texels. */
export interface Region {
  row: number
  column: number
  rows: number
  columns: number
}

export interface Launch {
  /**
   * GLSL with a function `void compute(int at)`, which sets the outputs for element `at`. An input is
   * read as `name(i)`, by its place, or as `name(row, column)` of a matrix with its last dimension as
   * columns.
   */
  code: string
  inputs: Record<string, TensorInfo>
  ints?: Record<string, number>
  floats?: Record<string, number>
  uints?: Record<string, number>
}

/** The outputs by name, float32 unless said otherwise; all of them have as many elements. */
export function launch(
  backend: MathBackendWebGL,
  outputs: Record<string, Output>,
  run: Launch,
): TensorInfo[] {
  const made = Object.values(outputs).map(({ shape, dtype = 'float32' }) =>
    backend.makeTensorInfo(shape, dtype),
  )
  const size = util.sizeFromShape(made[0]!.shape)
  if (size === 0) {
    for (const { dataId, dtype } of made) {
      backend.texData.get(dataId).values = util.getTypedArrayFromDType(dtype as 'float32', 0)
    }
    return made
  }
  const grid = gridOf(made[0]!.shape)
  for (const { dataId } of made) textureFor(backend, dataId, grid)
  const targets = Object.fromEntries(Object.keys(outputs).map((name, i) => [name, made[i]!]))
  draw(backend, targets, { row: 0, column: 0, rows: grid[0], columns: grid[1] }, run)
  return made
}

/** Writes a part of existing textures, which the program must not read. */
export function draw(
  backend: MathBackendWebGL,
  targets: Record<string, TensorInfo>,
  region: Region,
  { code, inputs, ints = {}, floats = {}, uints = {} }: Launch,
): void {
  const gl = backend.getGPGPUContext().gl as WebGL2RenderingContext
  refuseLost(gl)
  const read = Object.entries(inputs).map(([name, info]) => layoutOf(backend, name, info))
  const written = Object.entries(targets).map(([name, { dataId }]) => {
    const { texture, isPacked } = backend.texData.get(dataId)
    return { name, texture: texture!.texture, type: isPacked ? 'vec4' : 'float' }
  })
  const variant = [
    ...read.map(({ declaration }) => declaration),
    ...Object.keys(ints).map(name => `uniform int ${name};`),
    ...Object.keys(floats).map(name => `uniform float ${name};`),
    ...Object.keys(uints).map(name => `uniform uint ${name};`),
    ...written.map(({ name, type }, i) => `layout(location = ${i}) out ${type} ${name};`),
  ].join('\n')
  const program = compiled(
    gl,
    code,
    variant,
    read.map(({ name }) => name),
  )
  gl.useProgram(program.program)
  gl.bindVertexArray(program.vertexArray)
  read.forEach(({ texture }, unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit)
    gl.bindTexture(gl.TEXTURE_2D, texture)
  })
  const set = (name: string, value: number) => gl.uniform1i(program.at(name), value)
  for (const layout of read) {
    for (const [name, value] of Object.entries(layout.sizes)) set(name, value)
  }
  for (const [name, value] of Object.entries(ints)) set(name, value)
  for (const [name, value] of Object.entries(floats)) gl.uniform1f(program.at(name), value)
  for (const [name, value] of Object.entries(uints)) gl.uniform1ui(program.at(name), value)
  gl.uniform3i(program.at('region'), region.column, region.row, region.columns)
  bindTargets(gl, written, program)
  gl.viewport(region.column, region.row, region.columns, region.rows)
  gl.scissor(region.column, region.row, region.columns, region.rows)
  gl.drawArrays(gl.TRIANGLES, 0, 3)
  countLaunch()
}

/** One frame buffer for each number of outputs; what was attached is replaced by the next launch. */
function bindTargets(
  gl: WebGL2RenderingContext,
  targets: { texture: WebGLTexture }[],
  { frameBuffers }: Compiled,
): void {
  let buffer = frameBuffers.get(targets.length)
  const attachments = targets.map((_, i) => gl.COLOR_ATTACHMENT0 + i)
  if (buffer === undefined) {
    buffer = gl.createFramebuffer()!
    frameBuffers.set(targets.length, buffer)
    gl.bindFramebuffer(gl.FRAMEBUFFER, buffer)
    gl.drawBuffers(attachments)
  } else {
    gl.bindFramebuffer(gl.FRAMEBUFFER, buffer)
  }
  targets.forEach(({ texture }, i) => {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, attachments[i]!, gl.TEXTURE_2D, texture, 0)
  })
}
