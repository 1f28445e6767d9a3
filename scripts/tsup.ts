import { defineConfig, type Options } from 'tsup'

/** Owners have `Symbol.dispose`, which the usual `lib` of a program does not know yet. */
const LIB = '/// <reference lib="esnext.disposable" />'

/**
 * The build every package shares: one ESM entry; dependencies stay imports. Types take ten times as
 * long and are of no use to a program that is to run, so they are a build of their own
 * (`tsup --dts-only`).
 */
export function library(options: Options = {}) {
  return defineConfig(flags => {
    if (typeof flags.dts === 'object') flags.dts.banner = LIB
    return {
      entry: ['src/index.ts'],
      format: 'esm',
      target: 'es2022',
      sourcemap: true,
      clean: true,
      silent: true,
      ...options,
    }
  })
}
