/** Whether maps point at what pictures show, where the set knows the place. */
import { type Box, type ImageClassifierData, type Peak, peakOf, type ShapeItem } from '@dl/vision'
import { dispose } from '@tensorflow/tfjs-core'
import { SIZE } from './data'
import { type CamNet, type Method, mapsOf } from './net'

/** The share of the validation pictures whose map is highest within the object's box; null without boxes. */
export async function peaksInBoxes(
  model: CamNet,
  method: Method,
  data: ImageClassifierData,
): Promise<number | null> {
  const boxes = data.items.validation.map(item => (item as Partial<ShapeItem>).box)
  if (boxes.includes(undefined)) return null
  let [seen, hits] = [0, 0]
  for await (const { inputs, target } of data.validation) {
    const maps = mapsOf(model, method, inputs[0]!)
    const rows = await maps.array()
    dispose([...inputs, target, maps])
    for (const map of rows) if (isInside(peakOf(map), boxes[seen++]!)) hits++
  }
  return hits / seen
}

function isInside(peak: Peak, { x, y, width, height }: Box): boolean {
  const [right, down] = [peak.x * SIZE - x, peak.y * SIZE - y]
  return right >= 0 && right < width && down >= 0 && down < height
}
