import type { TextRecipe } from './text-dataset'

export const nietzsche: TextRecipe = {
  name: 'nietzsche',
  origin:
    'Friedrich Nietzsche, "Beyond Good and Evil" and "Human, All Too Human" in English, public domain, as fast.ai and Keras use them',
  file: {
    url: 'https://s3.amazonaws.com/text-datasets/nietzsche.txt',
    sha256: '23cf69874ab69d3d256099ab530ea4be24d47d9675b673bcc67cbcd6298ec647',
    name: 'nietzsche/nietzsche.txt',
  },
  // Blank lines before section 58: the cut that gives the lesson's printed 493,747 tokens.
  cut: { rows: 7998 },
}
