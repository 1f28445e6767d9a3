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
  const hasAlpha = channels % 2 === 0
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2]
  const out = new Uint8Array(3 * pixels)
  for (let at = 0, to = 0; at < values.length; at += channels, to += 3) {
    out[to] = values[at]! >> shift
    out[to + 1] = values[at + green]! >> shift
    out[to + 2] = values[at + blue]! >> shift
    const alpha = hasAlpha ? values[at + channels - 1]! >> shift : 255
    // mostly it is
    if (alpha === 255) continue
    for (let i = to; i < to + 3; i++) out[i] = Math.round((out[i]! * alpha) / 255)
  }
  return out
}
