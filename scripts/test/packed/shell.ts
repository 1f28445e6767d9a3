/** Command lines as a user types them. */
import { spawn } from 'node:child_process'

export interface Ran {
  ok: boolean
  output: string
}

/** Runs a command line in a folder; what it wrote to both streams is kept. */
export async function shell(
  command: string,
  cwd: string,
  settings: Record<string, string> = {},
): Promise<Ran> {
  // what this run's own package managers have put into the environment is not a user's
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(package|lifecycle)_|PNPM|NODE_|VITEST)/.test(name),
    ),
  )
  const child = spawn(command, {
    cwd,
    shell: true,
    env: { ...env, npm_config_loglevel: 'error', ...settings },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk
    })
  }
  const code = await new Promise(resolve => child.on('close', resolve))
  return { ok: code === 0, output }
}

const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/

/** Whether a command failed for want of a package registry. */
export const isOffline = ({ ok, output }: Ran) => !ok && OFFLINE.test(output)
