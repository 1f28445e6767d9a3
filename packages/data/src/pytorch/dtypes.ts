/** PyTorch's element types by the names that its files import. */
import type { SafetensorsDtype } from '../safetensors/format'

/** Each with the class of its storages, where it has one. */
const DTYPES: readonly (readonly [dtype: SafetensorsDtype, name: string, storage?: string])[] = [
  ['F32', 'float32', 'FloatStorage'],
  ['F64', 'float64', 'DoubleStorage'],
  ['F16', 'float16', 'HalfStorage'],
  ['BF16', 'bfloat16', 'BFloat16Storage'],
  ['I64', 'int64', 'LongStorage'],
  ['I32', 'int32', 'IntStorage'],
  ['I16', 'int16', 'ShortStorage'],
  ['I8', 'int8', 'CharStorage'],
  ['U8', 'uint8', 'ByteStorage'],
  ['BOOL', 'bool', 'BoolStorage'],
  ['U64', 'uint64'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['F8_E8M0', 'float8_e8m0fnu'],
  ['F8_E4M3FNUZ', 'float8_e4m3fnuz'],
  ['F8_E5M2FNUZ', 'float8_e5m2fnuz'],
]

/** `torch.float32` → F32. */
export const dtypeOf = (name: unknown): SafetensorsDtype | undefined =>
  DTYPES.find(([, dtype]) => name === `torch.${dtype}`)?.[0]

/** `torch.FloatStorage`, or `torch.cuda.FloatStorage` of files before 0.4, → F32. */
export function storageDtype(name: unknown): SafetensorsDtype | undefined {
  // bytes, which tensors give a type
  if (name === 'torch.storage.UntypedStorage' || name === 'torch.UntypedStorage') return 'U8'
  return DTYPES.find(
    ([, , storage]) =>
      storage !== undefined && (name === `torch.${storage}` || name === `torch.cuda.${storage}`),
  )?.[0]
}
