/** A browser takes the context away when the card was reset, or another page needs it. */
import { DlError } from '@dl/core'

export function refuseLost(gl: WebGLRenderingContext | WebGL2RenderingContext): void {
  if (!gl.isContextLost()) return
  throw new DlError('device-lost', {
    problem: 'the browser has taken the WebGL context away, and with it all tensors',
    expected: 'a context that stays (a reset of the graphics card or too little memory ends it)',
    fix: 'Reload the page and go on from the last checkpoint; smaller batches take less memory.',
  })
}
