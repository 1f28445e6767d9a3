/** A child program of trust/src/programs, which may be killed. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Ran {
  /** Whether it ended by itself and well. */
  ok: boolean
  stdout: string
  /** What it said on standard error. */
  said: string
  ms: number
}

export interface RunOptions {
  env?: Record<string, string>
  /** Milliseconds. */
  killAfter?: number
}

/** Runs a program with `job` as JSON, to its end or for so many milliseconds. */
export function runProgram(name: string, job: object, options: RunOptions = {}): Promise<Ran> {
  const { env = {}, killAfter } = options
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [built(name), JSON.stringify(job)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const timer =
      killAfter === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfter)
    let [stdout, said] = ['', '']
    child.stdout.on('data', chunk => {
      stdout += chunk
    })
    child.stderr.on('data', chunk => {
      said += chunk
    })
    child.on('error', reject)
    child.on('close', code => {
      if (timer) clearTimeout(timer)
      resolve({ ok: code === 0, stdout, said, ms: performance.now() - began })
    })
  })
}

/** The program as it is built, whether this file is or not. */
function built(name: string): string {
  const found = ['./programs', '../dist/programs']
    .map(folder => fileURLToPath(new URL(`${folder}/${name}.js`, import.meta.url)))
    .find(existsSync)
  if (found === undefined) throw new Error('the programs of trust/ are not built: npm run trust')
  return found
}
