/** The command line. */
import { parseArgs } from 'node:util'
import { TEMPLATES, type TemplateName } from './starter'

export interface Arguments {
  folder: string
  template: TemplateName
  install: boolean
}

export const HELP = `npm create @dl <folder> -- --template <template> --no-install

  --template    ${Object.entries(TEMPLATES)
    .map(([name, about]) => `${name} (${about})`)
    .join(' or ')}; default node
  --no-install  writes the files, and says what to install
`

const OPTIONS = {
  template: { type: 'string', default: 'node' },
  'no-install': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** What was asked for; a text is what is wrong with it, null the wish for help. */
export function readArguments(args: string[]): Arguments | string | null {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>
  try {
    parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const [first] = (error as Error).message.split('. ')
    return `${first}; expected a folder, --template and --no-install.`
  }
  const { values, positionals } = parsed
  if (values.help) return null
  const [folder, ...more] = positionals
  if (folder === undefined || folder === '') {
    return 'No folder was named; expected one: npm create @dl my-app.'
  }
  if (more.length > 0) return `"${more[0]}" is one word too many; expected a folder.`
  const { template } = values
  if (!Object.hasOwn(TEMPLATES, template)) {
    const known = Object.keys(TEMPLATES).join(' or ')
    return `There is no template "${template}"; expected ${known}.`
  }
  return { folder, template: template as TemplateName, install: !values['no-install'] }
}
