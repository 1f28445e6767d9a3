/** Installs with the package manager that called. */
import { spawnSync } from 'node:child_process'
import type { Starter } from './templates/starter-files'

type Lines = { install: string[][]; start: string }

/**
 * The command lines for what a project needs.
 *
 * @param agent npm's `npm_config_user_agent`, which the others set, too
 */
export function linesFor({ needs, devNeeds }: Starter, agent = ''): Lines {
  const [manager = 'npm'] = agent.split('/').filter(name => /^(pnpm|yarn|bun)$/.test(name))
  const add = manager === 'npm' ? 'install' : 'add'
  return {
    install: [
      [manager, add, ...needs],
      [manager, add, '-D', ...devNeeds],
    ],
    start: manager === 'yarn' ? 'yarn start' : `${manager} ${manager === 'bun' ? 'run ' : ''}start`,
  }
}

/** Runs them in the folder; the value is the one that failed, or null. */
export function install(folder: string, { install: lines }: Lines): string | null {
  for (const [command = '', ...args] of lines) {
    const shell = process.platform === 'win32'
    const { status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit', shell })
    if (status !== 0) return [command, ...args].join(' ')
  }
  return null
}
