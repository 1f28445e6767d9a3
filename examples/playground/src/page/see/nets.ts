/** Nets that can be looked into: the small one that is trained here, and those that weights are for. */
import { DlError } from '@dl/core'
import { decodePyTorch, decodeTensors, type PyTorchValue } from '@dl/data'
import { CamNet } from '@dl/example-cam/net'
import { loadPyTorchStateDict, type Module } from '@dl/layers'
import { imagenetStats, type PixelImage, resnet18, resnet34, resnet50 } from '@dl/vision'
import { dispose, div, sub, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'

export interface Net {
  model: Module
  classes: readonly string[]
  /** Layers whose output is maps, first to last. */
  layers: readonly string[]
  /** Where the lesson's map is read, and the layer that weighs it if it is not of classes. */
  cam: { layer: string; linear?: string }
  /** A picture as a batch of one. */
  prepare(image: PixelImage): Tensor
}

/** About -2 to 2, whatever the pictures are. */
export const STATS = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }

const prepared =
  ({ mean, std }: { mean: readonly number[]; std: readonly number[] }) =>
  ({ data, height, width }: PixelImage): Tensor =>
    tidy(() => {
      const pixels = tensor(data, [1, height, width, 3], 'float32')
      return div(sub(div(pixels, 255), [...mean]), [...std])
    })

export const smallNet = (classes: readonly string[]): Net => ({
  model: new CamNet(classes.length),
  classes,
  layers: ['0', '1', '2', '3'],
  cam: { layer: '3' },
  prepare: prepared(STATS),
})

/** By the number of blocks of their third layer, and whether a block has three convolutions. */
const RESNETS = { '2': resnet18, '6': resnet34, '6b': resnet50 }

/**
 * The net that a file of weights is for: torchvision's ResNet-18, 34 or 50, or the small one.
 *
 * @throws DlError `foreign-weights`
 */
export async function netOf(name: string, bytes: Uint8Array): Promise<Net> {
  const isPyTorch = /\.(pth?|th|bin)$/i.test(name)
  const stored = isPyTorch ? null : decodeTensors(bytes, name).tensors
  try {
    const value = isPyTorch ? decodePyTorch(bytes, name) : null
    const names = stored ? Object.keys(stored) : namesIn(value)
    const wanted = classesOf(names, key => stored?.[key]?.shape ?? shapeIn(value, key))
    if (wanted === null) throw foreign(name, names)
    const classes = Array.from({ length: wanted }, (_, i) => `class ${i}`)
    const net = names.includes('fc.weight') ? resnet(names, classes) : smallNet(classes)
    try {
      if (stored) net.model.loadStateDict(stored)
      else await loadPyTorchStateDict(net.model, value)
    } catch (error) {
      net.model.dispose()
      throw error
    }
    net.model.eval()
    return net
  } finally {
    if (stored) dispose(stored)
  }
}

function resnet(names: readonly string[], classes: readonly string[]): Net {
  const blocks = new Set(names.flatMap(name => /^layer3\.(\d+)\./.exec(name)?.[1] ?? [])).size
  const deep = names.includes('layer1.0.conv3.weight') ? 'b' : ''
  const make = RESNETS[`${blocks}${deep}` as keyof typeof RESNETS] ?? resnet18
  return {
    model: make({ classes: classes.length }),
    classes,
    layers: ['layer1', 'layer2', 'layer3', 'layer4'],
    cam: { layer: 'layer4', linear: 'fc' },
    prepare: prepared(imagenetStats),
  }
}

type Loaded = PyTorchValue | null

/** A file holds the weights themselves, or among other things. */
const dictIn = (value: Loaded): Map<unknown, unknown> | null => {
  if (!(value instanceof Map)) return null
  for (const key of ['state_dict', 'model_state_dict', 'model']) {
    const inner = value.get(key)
    if (inner instanceof Map) return inner
  }
  return value
}

const namesIn = (value: Loaded): string[] =>
  [...(dictIn(value)?.keys() ?? [])].filter(name => typeof name === 'string')

const shapeIn = (value: Loaded, key: string): readonly number[] | undefined =>
  (dictIn(value)?.get(key) as { shape?: readonly number[] } | undefined)?.shape

/** How many classes the last layer has; null where no net here has such a layer. */
function classesOf(
  names: readonly string[],
  shapeOf: (key: string) => readonly number[] | undefined,
): number | null {
  const last = ['fc.weight', '3.weight'].find(key => names.includes(key))
  return last === undefined ? null : (shapeOf(last)?.[0] ?? null)
}

const foreign = (name: string, names: readonly string[]): DlError =>
  new DlError('foreign-weights', {
    problem: `${name} holds ${names.length === 0 ? 'no weights by name' : `weights that no net here has: ${names.slice(0, 3).join(', ')} …`}`,
    expected: "those of torchvision's ResNet-18, 34 or 50, or of the net that is trained here",
  })
