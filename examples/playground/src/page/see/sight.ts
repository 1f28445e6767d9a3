/** What a net sees in a picture: how likely each class is, where it looked, and its second look there. */
import { noGrad, setAside, softmax } from '@dl/core'
import { moduleAt, SaveFeatures } from '@dl/layers'
import {
  classActivationMap,
  gradCam,
  gradCamPlusPlus,
  overlay,
  type PixelImage,
  zoomToPeak,
} from '@dl/vision'
import { type Tensor, type Tensor3D, tidy } from '@tensorflow/tfjs-core'
import type { Net } from './nets'
import type { Question, Sight } from './protocol'

const SHOWN = 384
const ZOOM = 0.5

/** Leaves the net's mode, and the run that trains it, as they are. */
export async function sightOf(net: Net, image: PixelImage, question: Question): Promise<Sight> {
  const putBack = setAside(net.model, { state: false })
  net.model.eval()
  try {
    const map = mapper(net, question)
    const x = net.prepare(image)
    try {
      const { probabilities, places } = await classesOf(net, x)
      const maps = map(x)
      const [rows] = await maps.array()
      maps.dispose()
      const peak = question.zoom
        ? await zoomToPeak(image, net.model, { prepare: net.prepare, map, fraction: ZOOM })
        : null
      return {
        id: question.id,
        shown: overlay(image, rows!, { size: SHOWN, alpha: 0.5 }),
        ...{ probabilities, places },
        peak: peak && { part: peak.crop, probabilities: [...peak.zoomed.probabilities] },
      }
    } finally {
      x.dispose()
    }
  } finally {
    putBack()
  }
}

function mapper({ model, cam }: Net, { method, target, layer }: Question) {
  const about = target === null ? {} : { target }
  return (x: Tensor): Tensor3D => {
    if (method === 'cam') return classActivationMap(model, x, { ...cam, ...about })
    return (method === 'gradcam' ? gradCam : gradCamPlusPlus)(model, x, { layer, ...about })
  }
}

/** Of the whole picture, and where the last maps are of classes of each of its places. */
async function classesOf({ model, cam }: Net, x: Tensor) {
  const saved = new SaveFeatures(moduleAt(model, cam.layer))
  const scores = noGrad(() => tidy(() => softmax(model.call(x))))
  const ofPlaces =
    cam.linear === undefined && saved.features ? tidy(() => softmax(saved.features!)) : null
  saved.remove()
  try {
    const [probabilities, maps] = await Promise.all([scores.data(), ofPlaces?.array()])
    const rows = (maps as number[][][][] | undefined)?.[0]
    return {
      probabilities: Array.from(probabilities),
      places: rows
        ? { rows: rows.length, columns: rows[0]!.length, probabilities: rows.flat() }
        : null,
    }
  } finally {
    scores.dispose()
    ofPlaces?.dispose()
  }
}
