/** Links of the repository's Markdown, which lead to files, as links of the site where it has the page. */

/** What of markdown-it is touched; its own types are not installed where nobody builds the site. */
interface Token {
  type: string
  children: Token[] | null
  attrGet(name: string): string | null
  attrSet(name: string, value: string): void
}
interface State {
  tokens: Token[]
  env: { relativePath?: string }
}
interface MarkdownIt {
  core: { ruler: { push(name: string, rule: (state: State) => void): void } }
}

const SOURCE = 'https://github.com/dl-ts/dl/blob/main'
/** To a package's folder or its README, from anywhere. */
const PACKAGE =
  /^(?:https:\/\/github\.com\/dl-ts\/dl\/(?:tree|blob)\/main|(?:\.\.\/)*)\/?packages\/([\w-]+)(?:\/README\.md)?(#.*)?$/
const REPOSITORY = /^https:\/\/github\.com\/dl-ts\/dl#(.+)$/

/** The site's own address for a link in a file of the repository, or what it is in the repository. */
export function siteLink(link: string, from: string): string {
  const [, name, anchor = ''] = link.match(PACKAGE) ?? []
  if (name !== undefined) return `/packages/${name}${anchor}`
  if (REPOSITORY.test(link)) return '/'
  if (/^(https?:|#|\/|mailto:)/.test(link)) return link
  const path = new URL(link, `file:///${from}`).pathname.slice(1)
  if (path.startsWith('docs/')) return `/${path.slice('docs/'.length)}`
  return `${SOURCE}/${path}`
}

/** Has markdown-it write such links. */
export function linked(md: MarkdownIt): void {
  md.core.ruler.push('site-links', state => {
    const from = `docs/${state.env.relativePath}`
    for (const { children } of state.tokens) {
      for (const token of children ?? []) {
        const link = token.type === 'link_open' ? token.attrGet('href') : null
        if (link !== null) token.attrSet('href', siteLink(link, from))
      }
    }
  })
}
