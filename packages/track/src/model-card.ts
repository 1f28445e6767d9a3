/** The README of a model on the Hub: front matter that the Hub reads, then a page for people. */
import { checkOptions } from '@dl/core'
import type { Config } from './run'

export interface CardOptions {
  title: string
  /** What it is, in Markdown. */
  text?: string
  /** An identifier of SPDX, in small letters (default: none is claimed). */
  license?: string
  /** What it was trained on, by the Hub's name. */
  datasets?: readonly string[]
  tags?: readonly string[]
  /** As they were measured: `{ valLoss: 1.25 }`. */
  metrics?: Readonly<Record<string, number>>
  /** How it was trained. */
  config?: Config
}

/**
 * @example
 * ```ts
 * import { modelCard } from '@dl/track/hub'
 *
 * const card = modelCard({ title: 'Writes like Nietzsche', license: 'mit', metrics: { valLoss: 1.25 } })
 * card.split('\n')[2] // → license: "mit"
 * ```
 */
export function modelCard(options: CardOptions): string {
  const known = ['title', 'text', 'license', 'datasets', 'tags', 'metrics', 'config'] as const
  const {
    title,
    text = '',
    license,
    datasets,
    tags = [],
    metrics,
    config,
  } = checkOptions('modelCard', options, known)
  const front = [
    'library_name: dl',
    ...(license === undefined ? [] : [`license: ${JSON.stringify(license)}`]),
    ...list('datasets', datasets ?? []),
    ...list('tags', ['dl', ...tags]),
  ]
  const parts = [
    `---\n${front.join('\n')}\n---`,
    `# ${title}`,
    text,
    table('metric', metrics),
    table('setting', config),
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

/** JSON's texts are YAML's, too. */
const list = (name: string, values: readonly string[]): string[] =>
  values.length === 0 ? [] : [`${name}:`, ...values.map(value => `- ${JSON.stringify(value)}`)]

function table(head: string, values: Config = {}): string {
  const rows = Object.entries(values).map(([name, value]) => `| ${name} | ${value} |`)
  return rows.length === 0 ? '' : [`| ${head} | |`, '|---|---|', ...rows].join('\n')
}
