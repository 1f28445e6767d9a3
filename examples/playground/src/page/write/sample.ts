/** What the net writes, each letter in the colour of its probability; a letter says what else it could be. */
import { make } from '../dom'
import type { Letter, Sample } from '../worker/protocol'

/** Steps of the scale: improbable letters are warm, sure ones plain. */
const STEPS = 6

export function letterElements(letters: readonly Letter[]): HTMLElement[] {
  return letters.map(({ text, probability }, i) =>
    make('span', { class: `p${stepOf(probability)}`, 'data-i': String(i) }, text),
  )
}

/** By surprise rather than probability: 0.01 and 0.1 differ more than 0.8 and 0.9. */
const stepOf = (probability: number): number =>
  Math.min(STEPS - 1, Math.max(0, Math.floor(STEPS * (1 + Math.log10(probability) / 2))))

/** Shows a sample in `text`, and in `card` the letter under the pointer or the arrow keys. */
export function sampleView(text: HTMLElement, card: HTMLElement) {
  let letters: readonly Letter[] = []
  let chosen = -1

  const choose = (i: number) => {
    chosen = i
    for (const span of text.querySelectorAll('.chosen')) span.classList.remove('chosen')
    const letter = letters[i]
    text.querySelector(`[data-i="${i}"]`)?.classList.add('chosen')
    if (!letter) return
    card.replaceChildren(
      make(
        'p',
        {},
        make('b', {}, visible(letter.text)),
        ` had ${percent(letter.probability)}; it expected`,
      ),
      make(
        'ol',
        {},
        ...letter.likeliest.map(([token, probability]) =>
          make(
            'li',
            token === letter.text ? { class: 'written' } : {},
            make('span', {}, visible(token)),
            make('i', { style: `--p: ${probability}` }),
            make('span', {}, percent(probability)),
          ),
        ),
      ),
    )
  }
  text.tabIndex = 0
  text.addEventListener('pointerover', ({ target }) => {
    const i = (target as HTMLElement).dataset.i
    if (i !== undefined) choose(Number(i))
  })
  text.addEventListener('keydown', event => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (move === undefined) return
    event.preventDefault()
    choose(Math.min(letters.length - 1, Math.max(0, chosen + move)))
  })
  return {
    show(sample: Sample) {
      letters = sample.letters
      text.replaceChildren(
        make('b', { class: 'prompt' }, sample.prompt),
        ...letterElements(letters),
      )
      choose(-1)
      // an example of what pointing at a letter says
      const unsure = letters.findIndex(({ probability }) => probability < 0.5)
      if (unsure >= 0) choose(unsure)
    },
  }
}

const percent = (probability: number): string =>
  probability < 0.01 ? '< 1 %' : `${Math.round(100 * probability)} %`

const visible = (token: string): string => ({ ' ': '␣', '\n': '⏎', '\t': '⇥' })[token] ?? token
