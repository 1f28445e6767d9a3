/** A picture in memory, as decoders give it and painters take it. */
export interface PixelImage {
  readonly width: number
  readonly height: number
  /** 1 (grey), 3 (RGB) or, where a picture is made to be looked at, 4 (with alpha). */
  readonly channels: number
  /** [height, width, channels], 0 to 255. */
  readonly data: Uint8Array
}
