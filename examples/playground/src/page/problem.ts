/** What went wrong, in words, with what can be done about it as buttons. */
import { DlError } from '@dl/core'
import { element, make } from './dom'

export type Remedy = [label: string, act: () => void]

export function problem(error: unknown, ...remedies: Remedy[]): void {
  const box = element('problem', HTMLElement)
  const message = error instanceof Error ? error.message : String(error)
  const close = make('button', { type: 'button', 'aria-label': 'Close' }, '×')
  close.addEventListener('click', noProblem)
  const buttons = remedies.map(([label, act]) => {
    const button = make('button', { type: 'button' }, label)
    button.addEventListener('click', () => {
      noProblem()
      act()
    })
    return button
  })
  box.replaceChildren(make('p', { id: 'problem-text' }, message), ...buttons, close)
  box.hidden = false
  // a bug should leave its stack somewhere
  if (error instanceof Error && !DlError.is(error)) console.error(error)
}

export function noProblem(): void {
  element('problem', HTMLElement).hidden = true
}
