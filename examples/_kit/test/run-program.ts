/** Runs one of the examples as a user would. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
  /** The last line of its output. */
  // biome-ignore lint/suspicious/noExplicitAny: each program has its own
  report(): any
}

/** In a folder of its own, where it may leave its runs. */
export function runProgram(program: URL): (...args: string[]) => Promise<Ran> {
  const cwd = mkdtempSync(join(tmpdir(), 'dl-example-'))
  process.once('exit', () => rmSync(cwd, { recursive: true, force: true }))
  const { DL_DATA } = process.env
  return async (...args) => {
    const child = spawn(process.execPath, [fileURLToPath(program), ...args], {
      cwd,
      // a path from here is none from there
      env: { ...process.env, ...(DL_DATA && { DL_DATA: resolve(DL_DATA) }), NO_COLOR: '1' },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', chunk => {
      stdout += chunk
    })
    child.stderr.on('data', chunk => {
      stderr += chunk
    })
    const code = await new Promise<number | null>(resolve => child.on('close', resolve))
    return { code, stdout, stderr, report: () => JSON.parse(stdout.trim().split('\n').at(-1)!) }
  }
}
