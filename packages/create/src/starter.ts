/** What a new project holds. */
import { node } from './templates/node'
import type { Starter } from './templates/starter-files'
import { vite } from './templates/vite'

export type TemplateName = 'node' | 'vite'

/** What there is to begin with, and what each is. */
export const TEMPLATES: Record<TemplateName, string> = {
  node: 'a program for Node',
  vite: 'a page',
}

const ALL: Record<TemplateName, (name: string) => Starter> = { node, vite }

/**
 * The files of a project, and what it has to install.
 *
 * @param template one of the names of {@link TEMPLATES}
 * @param name of the project, as npm wants it
 * @throws RangeError for a template that there is not
 *
 * @example
 * ```ts
 * import { starter } from '@dl/create'
 *
 * starter('node', 'my-app').files['package.json']!.includes('"name": "my-app"') // → true
 * ```
 */
export function starter(template: TemplateName, name: string): Starter {
  if (Object.hasOwn(ALL, template)) return ALL[template](name)
  const known = Object.keys(TEMPLATES).join(' or ')
  throw new RangeError(`There is no template ${String(template)}; expected ${known}.`)
}
