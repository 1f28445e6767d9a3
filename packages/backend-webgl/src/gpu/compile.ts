/** Compiles our programs, each once for a way its inputs lie in their textures. */
import { DlError } from '@dl/core'

export interface Compiled {
  program: WebGLProgram
  vertexArray: WebGLVertexArrayObject
  /** By their number of outputs; shared by all programs of a context. */
  frameBuffers: Map<number, WebGLFramebuffer>
  at(uniform: string): WebGLUniformLocation | null
}

interface Context {
  vertexShader: WebGLShader
  vertexArray: WebGLVertexArrayObject
  frameBuffers: Map<number, WebGLFramebuffer>
  /** Code → declarations → program. */
  programs: Map<string, Map<string, Compiled>>
}

const contexts = new WeakMap<WebGL2RenderingContext, Context>()

/** How many programs of ours a context has compiled. */
export const programCount = (gl: WebGL2RenderingContext): number =>
  [...(contexts.get(gl)?.programs.values() ?? [])].reduce((count, { size }) => count + size, 0)

/** A triangle that covers every texel, without a buffer. */
const VERTICES = `#version 300 es
  void main() {
    gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.);
  }
`

export function compiled(
  gl: WebGL2RenderingContext,
  code: string,
  declarations: string,
  samplers: string[],
): Compiled {
  let context = contexts.get(gl)
  if (context === undefined) {
    context = {
      vertexShader: shader(gl, gl.VERTEX_SHADER, VERTICES),
      vertexArray: gl.createVertexArray()!,
      frameBuffers: new Map(),
      programs: new Map(),
    }
    contexts.set(gl, context)
  }
  let variants = context.programs.get(code)
  if (variants === undefined) context.programs.set(code, (variants = new Map()))
  let known = variants.get(declarations)
  if (known === undefined) {
    known = link(gl, context, source(code, declarations), samplers)
    variants.set(declarations, known)
  }
  return known
}

/** Browsers' own isnan and exp do not all know a NaN. */
const NAN = `
bool isNotANumber(float x) { return !(x > 0. || x < 0. || x == 0.); }
#define isnan(x) isNotANumber(x)
float power(float x) { return isnan(x) ? x : exp(x); }
`

const source = (code: string, declarations: string): string => `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
// column and row of the first texel, texels in a row
uniform ivec3 region;
${declarations}
float pick(vec4 block, int row, int column) {
  vec2 pair = (row & 1) == 0 ? block.xy : block.zw;
  return (column & 1) == 0 ? pair.x : pair.y;
}
${NAN}
${code}
void main() {
  ivec2 texel = ivec2(gl_FragCoord.xy) - region.xy;
  compute(texel.y * region.z + texel.x);
}
`

function link(
  gl: WebGL2RenderingContext,
  { vertexShader, vertexArray, frameBuffers }: Context,
  code: string,
  samplers: string[],
): Compiled {
  const program = gl.createProgram()!
  const fragment = shader(gl, gl.FRAGMENT_SHADER, code)
  gl.attachShader(program, vertexShader)
  gl.attachShader(program, fragment)
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    complain(gl.getShaderInfoLog(fragment) || gl.getProgramInfoLog(program), code)
  }
  // freed with the program
  gl.deleteShader(fragment)
  gl.useProgram(program)
  samplers.forEach((name, unit) => {
    gl.uniform1i(gl.getUniformLocation(program, `${name}_texture`), unit)
  })
  const locations = new Map<string, WebGLUniformLocation | null>()
  const at = (name: string) => {
    let location = locations.get(name)
    if (location === undefined) {
      location = gl.getUniformLocation(program, name)
      locations.set(name, location)
    }
    return location
  }
  return { program, vertexArray, frameBuffers, at }
}

function shader(gl: WebGL2RenderingContext, type: number, code: string): WebGLShader {
  const made = gl.createShader(type)!
  gl.shaderSource(made, code)
  gl.compileShader(made)
  return made
}

function complain(log: string | null, code: string): never {
  throw new DlError('webgl-program', {
    problem: `the browser does not compile a program: ${log?.trim()}`,
    fix: `Please report it with what backendInfo() says, and this:\n${code}`,
  })
}
