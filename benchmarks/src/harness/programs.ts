/** Where the programs of the peers are, and who starts them. */
import { fileURLToPath } from 'node:url'
import type { Program } from './conversation'

/** The build puts src/x/y.ts to dist/x/y.js. */
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const peerProgram = (file: string, ...args: string[]): Program => ({
  command: process.execPath,
  args: [here(`./peers/${file}.js`), ...args],
})

/** PyTorch, with as many threads as ours; null where DL_PYTHON names no Python. */
export function torchProgram(threads: number): Program | null {
  const { DL_PYTHON } = process.env
  if (DL_PYTHON) {
    return {
      command: DL_PYTHON,
      args: [here('../python/peer.py'), String(threads)],
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    }
  }
  process.stderr.write('torch is left out: DL_PYTHON names no Python that has it\n')
  return null
}
