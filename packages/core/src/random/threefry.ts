/**
 * Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
 * 1, 2, 3", 2011): a counter-based generator. Block `counter` under `key` is a pure function, so
 * any backend can draw element i without the elements before it. It needs only 32-bit add, xor and
 * rotate, which JavaScript, WebAssembly, GLSL and WGSL compute alike.
 */
const PARITY = 0x1bd11bda

/** Writes the two words of one block into `out[at]` and `out[at + 1]`. */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Uint32Array,
  at: number,
): void {
  const [k0, k1, k2] = [key0 | 0, key1 | 0, key0 ^ key1 ^ PARITY]
  let x0 = (counter0 + k0) | 0
  let x1 = (counter1 + k1) | 0
  // written out, which is four times as fast as a loop over rotations
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0
  x0 = (x0 + k1) | 0
  x1 = (x1 + k2 + 1) | 0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0
  x0 = (x0 + k2) | 0
  x1 = (x1 + k0 + 2) | 0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0
  x0 = (x0 + k0) | 0
  x1 = (x1 + k1 + 3) | 0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0
  x0 = (x0 + k1) | 0
  x1 = (x1 + k2 + 4) | 0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0
  x0 = (x0 + x1) | 0
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0
  x0 = (x0 + k2) | 0
  x1 = (x1 + k0 + 5) | 0
  out[at] = x0
  out[at + 1] = x1
}

/** Words `2 * counter …` of the stream under this key: `length` of them, two a block. */
export function threefryWords(
  key: readonly [number, number],
  counter: number,
  length: number,
): Uint32Array {
  const words = new Uint32Array(length + (length % 2))
  for (let i = 0; i < words.length; i += 2) {
    const block = counter + i / 2
    threefry2x32(key[0], key[1], block >>> 0, Math.floor(block / 2 ** 32), words, i)
  }
  return words.subarray(0, length)
}
