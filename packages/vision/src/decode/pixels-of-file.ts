/** RGB, [height, width, 3], of a picture file by a browser's own decoders. */
export interface Pixels {
  width: number
  height: number
  data: Uint8Array<ArrayBuffer>
}

/**
 * Workers are given its text, so it uses nothing but its arguments and what browsers have.
 *
 * Colour profiles are left aside as they are in Node: a net is to see the same numbers everywhere.
 *
 * @param side as of `DecodeOptions`
 */
export async function pixelsOfFile(
  bytes: Uint8Array<ArrayBuffer>,
  side: number | null,
): Promise<Pixels> {
  let bitmap = await createImageBitmap(new Blob([bytes]), {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'none',
  })
  const scale = side === null ? 1 : Math.min(1, side / Math.min(bitmap.width, bitmap.height))
  const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)]
  try {
    if (width !== bitmap.width || height !== bitmap.height) {
      const whole = bitmap
      bitmap = await createImageBitmap(whole, {
        resizeWidth: width,
        resizeHeight: height,
        resizeQuality: 'high',
      })
      whole.close()
    }
    // without alpha the canvas is black to begin with
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      alpha: false,
      willReadFrequently: true,
    })!
    context.drawImage(bitmap, 0, 0)
    const rgba = context.getImageData(0, 0, width, height).data
    const data = new Uint8Array(width * height * 3)
    for (let from = 0, to = 0; to < data.length; from += 4) {
      data[to++] = rgba[from]!
      data[to++] = rgba[from + 1]!
      data[to++] = rgba[from + 2]!
    }
    return { width, height, data }
  } finally {
    bitmap.close()
  }
}
