import type { TextRecipe } from './text-dataset'

export const shakespeare: TextRecipe = {
  name: 'shakespeare',
  origin: 'Tiny Shakespeare, public domain, from karpathy/char-rnn',
  file: {
    url: 'https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt',
    sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
    name: 'shakespeare/input.txt',
  },
  cut: { fraction: 0.9 },
}
