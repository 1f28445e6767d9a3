/**
 * A repair of the key under which tfjs keeps compiled programs. A shape such as [1, 3, 24] is read as
 * a matrix, [3, 24], and a matrix whose texture has just its sides is read by row and column as they
 * are. Whether it has depends on the texture, which a free reshape hands on as it is; the key asks only
 * of shapes that are matrices to begin with. So a program compiled for one texture was run with another
 * and read other elements, depending on what had run before.
 */
import { type GPGPUProgram, MathBackendWebGL, webgl_util } from '@tensorflow/tfjs-backend-webgl'
import { type TensorInfo, util } from '@tensorflow/tfjs-core'

const original = MathBackendWebGL.prototype.runWebGLProgram

/** Puts what is missing into the code, which is part of the key, as a comment. */
export function repairProgramKeys(): void {
  MathBackendWebGL.prototype.runWebGLProgram = function (program, inputs, ...rest) {
    if (!program.enableShapeUniforms) return original.call(this, program, inputs, ...rest)
    const missing = inputs.map(input => fits(this, program, input)).join('')
    const output = { shape: program.outputShape, packed: program.packedOutput === true }
    const note = missing + direct(output.shape, output.packed, textureOf(output))
    if (!note.includes('1')) return original.call(this, program, inputs, ...rest)
    const userCode = `${program.userCode}\n// ${note}`
    // its class is part of the key, too
    const noted: GPGPUProgram = Object.create(program, { userCode: { value: userCode } })
    return original.call(this, noted, inputs, ...rest)
  }
}

const textureOf = ({ shape, packed }: { shape: number[]; packed: boolean }): number[] =>
  webgl_util.getTextureShapeFromLogicalShape(shape, packed)

/** Of an input as it will be when the program runs: uploaded, packed or unpacked. */
function fits(backend: MathBackendWebGL, program: GPGPUProgram, { dataId, shape }: TensorInfo) {
  const packed = program.packedInputs === true
  if (matrixOf(shape, packed) === null) return 0
  const data = backend.texData.get(dataId)
  const kept =
    data.texture != null &&
    (data.isPacked === true) === packed &&
    (!packed || webgl_util.isReshapeFree(data.shape, shape))
  return direct(shape, packed, kept ? data.texShape! : textureOf({ shape, packed }))
}

/** 1 if a shape is read as a matrix that has the sides of its texture. */
function direct(shape: number[], packed: boolean, texture: number[]): 0 | 1 {
  const matrix = matrixOf(shape, packed)
  return matrix !== null && util.arraysEqual(matrix, texture) ? 1 : 0
}

/** What tfjs makes of more than two dimensions where it can. */
function matrixOf(shape: number[], packed: boolean): number[] | null {
  if (shape.length < 3) return null
  if (packed) return shape.length === 3 && shape[0] === 1 ? shape.slice(1) : null
  const { newShape } = util.squeezeShape(shape)
  return newShape.length === 2 ? newShape : null
}
