/** The texts of the lessons, cut into training and validation as there. */
import { downloadBytes, type FileSource, type RemoteFile } from './download'
import { decodeText } from './files/decode-text'
import { type RowSplit, splitRows } from './rows'

export interface TextDataset {
  name: string
  train: string
  validation: string
  /** Where the text was found this time. */
  source: FileSource
  /** What it is and where it is from. */
  origin: string
}

interface Recipe {
  name: string
  origin: string
  file: RemoteFile
  cut: RowSplit
}

const nietzsche: Recipe = {
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

const shakespeare: Recipe = {
  name: 'shakespeare',
  origin: 'Tiny Shakespeare, public domain, from karpathy/char-rnn',
  file: {
    url: 'https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt',
    sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
    name: 'shakespeare/input.txt',
  },
  cut: { fraction: 0.9 },
}

/** Each from the folder `DL_DATA`, else from the cache, else downloaded; see {@link download}. */
export const datasets = {
  /** The text of lessons 6 and 7: 600,893 characters, cut after row 7,998 as there. */
  nietzsche: (): Promise<TextDataset> => load(nietzsche),
  /** 1,115,394 characters of plays; the last tenth of the rows is for validation. */
  shakespeare: (): Promise<TextDataset> => load(shakespeare),
}

async function load({ name, origin, file, cut }: Recipe): Promise<TextDataset> {
  const { text, source } = await readText(file)
  const [train, validation] = splitRows(text, cut)
  return { name, train, validation, source, origin }
}

async function readText(file: RemoteFile): Promise<{ text: string; source: FileSource }> {
  const { bytes, path, source } = await downloadBytes(file)
  return { text: decodeText(bytes, path), source }
}
