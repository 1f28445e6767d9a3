/**
 * RGB of 8 bits out of grey, grey and alpha, RGB, or RGB and alpha of 8 or 16; what is transparent
 * lies on black.
 */
export function onBlack(
  values: Uint8Array | Uint8ClampedArray | Uint16Array,
  pixels: number,
): Uint8Array {
  const channels = values.length / pixels
  if (channels === 3 && values instanceof Uint8Array) return values
  if (![1, 2, 3, 4].includes(channels)) throw new Error(`it has ${channels} values a pixel`)
  const shift = values instanceof Uint16Array ? 8 : 0
  const out = new Uint8Array(3 * pixels)
  for (let i = 0; i < pixels; i++) {
    const at = i * channels
    const alpha = channels % 2 === 0 ? (values[at + channels - 1]! >> shift) / 255 : 1
    for (let c = 0; c < 3; c++) {
      out[3 * i + c] = Math.round((values[channels < 3 ? at : at + c]! >> shift) * alpha)
    }
  }
  return out
}
