/** The page's parts. */
import { DlError } from '@dl/core'

export function element<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new TypeError(`the page has no ${kind.name} #${id}`)
}

/** Marks the backend in use, and lets the other links keep the rest of the address. */
export function showBackend(name: string): void {
  for (const link of element('backends', HTMLElement).querySelectorAll('a')) {
    const own = new URLSearchParams(link.search).get('backend') ?? ''
    const address = new URLSearchParams(location.search)
    address.set('backend', own)
    link.href = `?${address}`
    if (own === name) link.setAttribute('aria-current', 'true')
  }
}

/** Says what went wrong, or with null that nothing does any more. */
export function problem(error: unknown): void {
  const box = element('problem', HTMLElement)
  box.hidden = error === null
  if (error === null) return
  box.textContent = error instanceof Error ? error.message : String(error)
  // a bug should leave its stack somewhere
  if (!DlError.is(error)) console.error(error)
}

/** The texts, the latest on top; `begin` returns what takes the letters as they come. */
export function sampleList(prompt: string): { begin(title: string): (text: string) => void } {
  const list = element('samples', HTMLElement)
  list.replaceChildren()
  element('waiting', HTMLElement).hidden = true
  return {
    begin(title) {
      const heading = document.createElement('h3')
      heading.textContent = title
      const start = document.createElement('b')
      start.textContent = prompt
      const text = document.createElement('pre')
      text.append(start)
      const item = document.createElement('li')
      item.append(heading, text)
      list.prepend(item)
      return letters => text.append(letters)
    },
  }
}

/** Runs what opens the page, and shows what keeps it from opening. */
export async function waitFor(open: () => Promise<void>): Promise<void> {
  try {
    await open()
  } catch (error) {
    problem(error)
    document.body.dataset.state = 'failed'
  }
}
