import { DlError } from '@dl/core'
import { device_util, env } from '@tensorflow/tfjs-core'

/**
 * Whether there is WebGL here, and 32 bits to train with. 16 are enough to predict, which is why they
 * are no error.
 *
 * @throws DlError `webgl-absent`
 */
export function checkDevice(): void {
  // in a page or a worker only: elsewhere tfjs registers nothing, and asking would log an error
  if (!device_util.isBrowser() || env().getNumber('WEBGL_VERSION') === 0) {
    throw new DlError('webgl-absent', {
      problem: 'WebGL is not available here',
      expected: 'a page or a worker of a browser that has WebGL (Node has none)',
      fix: "Import '@dl/backend-wasm' instead of '@dl/backend-webgl': it runs everywhere.",
    })
  }
  if (env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) return
  // a loss becomes infinite above 65504, an update below 6e-8 is lost
  console.warn(
    "WebGL computes with 16-bit floats on this device: that is enough to predict, but training does not converge. To train, import '@dl/backend-wasm' instead of '@dl/backend-webgl'.",
  )
}
