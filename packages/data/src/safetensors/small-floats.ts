/** Floats of 8 and 16 bits, each exactly a float32. */

type SmallFloat = 'F16' | 'BF16' | `F8_${string}`

interface Format {
  /** Bits of the fraction; one bit is the sign, the others the exponent. */
  fraction: number
  width: number
  bias: number
  /** Which bits, the sign aside, are no number. */
  special: 'ieee' | 'all-ones' | 'minus-zero'
}

/** OCP 8-bit floating point (2023); FNUZ: Noune et al. (2022), where minus zero is the one NaN. */
const FORMATS: Record<string, Format> = {
  F16: { width: 16, fraction: 10, bias: 15, special: 'ieee' },
  F8_E5M2: { width: 8, fraction: 2, bias: 15, special: 'ieee' },
  F8_E4M3: { width: 8, fraction: 3, bias: 7, special: 'all-ones' },
  F8_E5M2FNUZ: { width: 8, fraction: 2, bias: 16, special: 'minus-zero' },
  F8_E4M3FNUZ: { width: 8, fraction: 3, bias: 8, special: 'minus-zero' },
}

/** The values of such bits. */
export function floatsOf(dtype: SmallFloat, bits: Uint8Array | Uint16Array): Float32Array {
  // only the exponent: a scale of others
  if (dtype === 'F8_E8M0') {
    return Float32Array.from(bits, byte => (byte === 0xff ? Number.NaN : 2 ** (byte - 127)))
  }
  if (dtype === 'BF16') return new Float32Array(Uint32Array.from(bits, one => one << 16).buffer)
  const format = FORMATS[dtype]!
  return Float32Array.from(bits, one => decoded(one, format))
}

function decoded(bits: number, { width, fraction, bias, special }: Format): number {
  const signBit = 1 << (width - 1)
  const sign = bits & signBit ? -1 : 1
  const magnitude = bits & (signBit - 1)
  const exponent = magnitude >> fraction
  const rest = magnitude & ((1 << fraction) - 1)
  if (special === 'minus-zero' && bits === signBit) return Number.NaN
  if (special === 'all-ones' && magnitude === signBit - 1) return Number.NaN
  if (special === 'ieee' && exponent === (signBit >> fraction) - 1) {
    return rest ? Number.NaN : sign * Number.POSITIVE_INFINITY
  }
  const one = 2 ** fraction
  if (exponent === 0) return sign * rest * 2 ** (1 - bias - fraction)
  return sign * (one + rest) * 2 ** (exponent - bias - fraction)
}
