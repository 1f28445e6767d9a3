/** "Copy as TypeScript": the program, and what it reads and can be held against. */
import { element } from '../dom'

export interface CopiedRun {
  program: string
  /** What the program reads, if it reads a file. */
  text: string | null
  losses: readonly number[]
}

export function programDialog(current: () => CopiedRun): void {
  const dialog = element('program', HTMLDialogElement)
  const code = element('program-code', HTMLElement)
  const copy = element('program-copy', HTMLButtonElement)
  let addresses: string[] = []

  const offer = (id: string, content: string | null) => {
    const link = element(id, HTMLAnchorElement)
    link.hidden = content === null
    if (content === null) return
    link.href = URL.createObjectURL(new Blob([content], { type: 'text/plain' }))
    addresses.push(link.href)
  }
  element('copy', HTMLButtonElement).addEventListener('click', () => {
    const { program, text, losses } = current()
    code.textContent = program
    offer('program-text', text)
    offer('program-losses', losses.map((loss, i) => `${i + 1} ${loss}\n`).join(''))
    copy.textContent = 'Copy'
    dialog.showModal()
  })
  copy.addEventListener('click', async () => {
    const done = await navigator.clipboard.writeText(code.textContent ?? '').then(
      () => true,
      () => false,
    )
    if (!done) getSelection()?.selectAllChildren(code)
    copy.textContent = done ? 'Copied' : 'Press Ctrl-C'
  })
  dialog.addEventListener('close', () => {
    for (const address of addresses) URL.revokeObjectURL(address)
    addresses = []
  })
}
