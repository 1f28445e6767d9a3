import { defineConfig, type Options } from 'tsup'

/** The build every package shares: one ESM entry with its types; dependencies stay imports. */
export function library(options: Options = {}) {
  return defineConfig({
    entry: ['src/index.ts'],
    format: 'esm',
    target: 'es2022',
    dts: true,
    sourcemap: true,
    clean: true,
    silent: true,
    ...options,
  })
}
