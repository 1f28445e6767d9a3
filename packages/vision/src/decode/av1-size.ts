/**
 * How large the pictures of an AV1 stream are by its own account (AV1 bitstream specification, 5.5):
 * what decoders make room for, whatever is said around it.
 */

const SEQUENCE_HEADER = 1

/** The largest of its pictures in pixels, 0 without any; for what breaks off as far as it goes. */
export function av1Pixels(stream: Uint8Array): number {
  let most = 0
  for (let at = 0; at < stream.length; ) {
    const header = stream[at]!
    at += header & 4 ? 2 : 1
    let length = stream.length - at
    if (header & 2) {
      length = 0
      for (let shift = 1; ; shift *= 128) {
        const byte = stream[at++]
        if (byte === undefined) return most
        length += (byte & 127) * shift
        if (byte < 128 || shift >= 128 ** 7) break
      }
    }
    if (((header >> 3) & 15) === SEQUENCE_HEADER) {
      most = Math.max(most, sequencePixels(stream.subarray(at, at + length)))
    }
    at += length
  }
  return most
}

/** `sequence_header_obu` as far as its sizes. */
function sequencePixels(payload: Uint8Array): number {
  let at = 0
  const bits = (count: number): number => {
    let value = 0
    for (let i = 0; i < count; i++, at++) {
      value = 2 * value + (((payload[at >> 3] ?? 0) >> (7 - (at & 7))) & 1)
    }
    return value
  }
  // its profile, and that it is a still picture
  bits(4)
  const isReduced = bits(1)
  if (isReduced) bits(5)
  else {
    let delayBits = 0
    if (bits(1)) {
      bits(64)
      if (bits(1)) {
        let zeros = 0
        while (zeros < 32 && !bits(1)) zeros++
        bits(zeros)
      }
      if (bits(1)) {
        delayBits = 1 + bits(5)
        bits(32 + 10)
      }
    }
    const hasDisplayDelay = bits(1)
    for (let points = 1 + bits(5); points > 0; points--) {
      bits(12)
      if (bits(5) > 7) bits(1)
      if (delayBits > 0 && bits(1)) bits(2 * delayBits + 1)
      if (hasDisplayDelay && bits(1)) bits(4)
    }
  }
  const [widthBits, heightBits] = [1 + bits(4), 1 + bits(4)]
  return (1 + bits(widthBits)) * (1 + bits(heightBits))
}
