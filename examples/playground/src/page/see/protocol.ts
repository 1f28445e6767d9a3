/** What the page asks of the worker that looks at pictures, and what it hears. */
import type { PixelImage } from '@dl/vision'
import type { BackendName } from '../worker/protocol'

export type Method = 'cam' | 'gradcam' | 'gradcam++'

/** Pictures of the reader's: square ones of one size. */
export interface OwnPictures {
  classes: string[]
  images: PixelImage[]
  /** The class of each. */
  labels: number[]
}

/** A picture of the gallery by its place. */
export interface Question {
  id: number
  picture: number
  method: Method
  /** The class asked about, or null for the one that the net sees. */
  target: number | null
  layer: string
  /** Whether to look again at what the map is highest on. */
  zoom: boolean
}

export type SeeOrder =
  | { kind: 'shapes'; backend: BackendName; seed: number; isPaused: boolean }
  | { kind: 'pictures'; backend: BackendName; seed: number; own: OwnPictures }
  /** A file of weights that somebody has trained. */
  | { kind: 'weights'; backend: BackendName; seed: number; name: string; bytes: Uint8Array }
  | { kind: 'go' | 'pause' }
  /** One more picture for the gallery. */
  | { kind: 'show'; image: PixelImage }
  | ({ kind: 'look' } & Question)

/** What the net makes of a picture. */
export interface Sight {
  id: number
  /** The picture under its map. */
  shown: PixelImage
  /** Of each class. */
  probabilities: number[]
  /** Where the net has a map for each class: how likely each is, place by place. */
  places: { rows: number; columns: number; probabilities: number[][] } | null
  /** The part that the map is highest on, and what the net takes it for. */
  peak: { part: PixelImage; probabilities: number[] } | null
}

export type SeeNews =
  | {
      kind: 'ready'
      machine: string
      parameters: number
      classes: readonly string[]
      layers: readonly string[]
    }
  | { kind: 'gallery'; images: PixelImage[]; labels: number[] }
  | { kind: 'points'; epoch: number; epochs: number; losses: number[]; smooth: number[] }
  | { kind: 'judged'; step: number; valLoss: number; accuracy: number }
  | { kind: 'state'; state: 'training' | 'paused' | 'done' }
  | ({ kind: 'sight' } & Sight)
  | { kind: 'problem'; message: string; code: string }
