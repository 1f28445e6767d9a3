/** The texts of the lessons, cut into training and validation as there. */
import { nietzsche } from './nietzsche'
import { shakespeare } from './shakespeare'
import { loadText, type TextDataset } from './text-dataset'

/** Each from the folder `DL_DATA`, else from the cache, else downloaded; see {@link download}. */
export const datasets = {
  /** The text of lessons 6 and 7: 600,893 characters, cut after row 7,998 as there. */
  nietzsche: (): Promise<TextDataset> => loadText(nietzsche),
  /** 1,115,394 characters of plays; the last tenth of the rows is for validation. */
  shakespeare: (): Promise<TextDataset> => loadText(shakespeare),
}
