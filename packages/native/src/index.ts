/** Native kernels for @dl/backend-wasm, which finds this package by itself. */
export {
  type FindNativeOptions,
  findNative,
  type Level,
  type NativeAddon,
  type NoNative,
} from './find'
