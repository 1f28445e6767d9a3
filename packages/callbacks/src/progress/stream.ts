/** Where progress and charts are written to. */

/** The part of a Node stream that is needed; any object with `write` will do. */
export interface TextStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

interface Host {
  process?: {
    stdout?: TextStream
    stderr?: TextStream
    env?: Record<string, string | undefined>
  }
}

/** Standard error, so that a program's output stays clean; the console where there is no process. */
export function defaultStream(): TextStream {
  const { process } = globalThis as Host
  return process?.stderr ?? { write: text => console.log(text.replace(/\n$/, '')) }
}

/**
 * Whether somebody looks on: a program in a terminal, whose output goes nowhere else.
 *
 * @example
 * ```ts
 * import { inTerminal, progress } from '@dl/callbacks'
 *
 * const callbacks = inTerminal() ? [progress()] : []
 * callbacks.length <= 1 // → true
 * ```
 */
export function inTerminal(): boolean {
  const { process } = globalThis as Host
  return process?.stdout?.isTTY === true && process.stderr?.isTTY === true
}

/** Whether lines can be redrawn in place. */
export const canRedraw = (stream: TextStream): boolean =>
  stream.isTTY === true && (globalThis as Host).process?.env?.TERM !== 'dumb'

/** Whether colours are welcome (https://no-color.org). */
export const wantsColor = (stream: TextStream): boolean =>
  canRedraw(stream) && !(globalThis as Host).process?.env?.NO_COLOR
