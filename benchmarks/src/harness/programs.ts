/** Where the programs of the peers are, and who starts them. */
import { fileURLToPath } from 'node:url'
import type { Program } from './conversation'

/** The build puts src/x/y.ts to dist/x/y.js. */
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const peerProgram = (file: string, ...args: string[]): Program => ({
  command: process.execPath,
  args: [here(`./peers/${file}.js`), ...args],
})

/** The same on WebAssembly alone. */
export const withoutNative = (program: Program): Program => ({
  ...program,
  env: { ...program.env, DL_NATIVE: '0' },
})

/** PyTorch, with as many threads as ours; null where DL_PYTHON names no Python. */
export const torchProgram = (threads: number): Program | null =>
  pythonProgram('torch', 'peer', String(threads))

/** Pillow, with as many processes as there are cores; null where DL_PYTHON names no Python. */
export const pillowProgram = (): Program | null => pythonProgram('Pillow', 'images')

function pythonProgram(library: string, file: string, ...args: string[]): Program | null {
  const { DL_PYTHON } = process.env
  if (DL_PYTHON) {
    return {
      command: DL_PYTHON,
      args: [here(`../python/${file}.py`), ...args],
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    }
  }
  process.stderr.write(`${library} is left out: DL_PYTHON names no Python that has it\n`)
  return null
}
