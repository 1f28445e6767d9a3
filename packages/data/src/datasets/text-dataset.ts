/** What a known text is, and where it is found. */
import { downloadBytes, type FileSource, type RemoteFile } from '../download'
import { decodeText } from '../files/decode-text'
import { type RowSplit, splitRows } from '../rows'

export interface TextDataset {
  name: string
  train: string
  validation: string
  /** Where the text was found this time. */
  source: FileSource
  /** What it is and where it is from. */
  origin: string
}

/** A text, and where it is cut into training and validation. */
export interface TextRecipe {
  name: string
  origin: string
  file: RemoteFile
  cut: RowSplit
}

export async function loadText({ name, origin, file, cut }: TextRecipe): Promise<TextDataset> {
  const { bytes, path, source } = await downloadBytes(file)
  const [train, validation] = splitRows(decodeText(bytes, path), cut)
  return { name, train, validation, source, origin }
}
