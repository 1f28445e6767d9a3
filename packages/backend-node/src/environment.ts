/** Settings of TensorFlow that it reads when its library is loaded. What the user has set stays. */
export function setEnvironment(): void {
  // with it the stock kernels ended residual nets in "corrupted size vs. prev_size"; see the README
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0'
  // no word on which processor instructions it was compiled with; warnings and errors as before
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1'
  // a NaN in a window of maxPool shows on a GPU, too
  process.env.TF_ENABLE_MAXPOOL_NANPROP ??= '1'
}
