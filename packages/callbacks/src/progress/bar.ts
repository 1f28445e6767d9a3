/** One line of progress that fits the terminal it is drawn in. */

/** What a line says: `label` and `facts` as text, most important first. */
export interface BarLine {
  label: string
  /** From 0 to 1; null where nobody knows, and no bar is drawn. */
  done: number | null
  facts: readonly string[]
}

const MAX_BAR = 30
const MIN_BAR = 8
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** Draws the line in at most `columns` characters: first the bar shrinks, then facts drop out. */
export function drawBar({ label, done, facts }: BarLine, columns: number, color: boolean): string {
  // a line as wide as the terminal would wrap on some
  const room = columns - 1
  const kept = [...facts]
  const textLength = (): number => [label, ...kept].join('  ').length
  const least = done === null ? 0 : 2 + MIN_BAR
  while (kept.length > 0 && textLength() + least > room) kept.pop()
  if (done === null) return [label, ...kept].join('  ').slice(0, Math.max(0, room))
  const width = Math.min(MAX_BAR, room - textLength() - 2)
  if (width < MIN_BAR) return label.slice(0, Math.max(0, room))
  return [label, blocks(done, width, color), ...kept].join('  ')
}

function blocks(done: number, width: number, color: boolean): string {
  const eighths = Math.floor(Math.min(1, Math.max(0, done)) * width * 8)
  const full = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]
  if (color) return `\x1b[36m${full}\x1b[39m\x1b[2m${'─'.repeat(width - full.length)}\x1b[22m`
  return full + '░'.repeat(width - full.length)
}
