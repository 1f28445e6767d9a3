/** The nets whose weights are published, with them if asked to. */

import type { RemoteFile } from '@dl/data'
import { recipeOf } from '@dl/layers'
import { dispose } from '@tensorflow/tfjs-core'
import { isPublished, type PublishedWeights, publishedFile } from './published-weights'
import type { ResNet } from './resnet'
import {
  resnet18 as freshResnet18,
  resnet34 as freshResnet34,
  resnet50 as freshResnet50,
  type ResNetMaker,
  type ResNetVariant,
} from './resnets'
import { stateOfFile } from './weights-file'

/** Makes a net of one architecture; with `weights`, a promise of one that has them. */
export interface PretrainedResNetMaker {
  /**
   * @param variant `weights` are published ones by name, downloaded once and kept, or a file on a
   *   server, `{ url, sha256, name }`, PyTorch's or safetensors
   * @throws DlError `state-mismatch` where weights do not fit the variant: 'imagenet1k_v1' has 1000
   *   classes (`ConvLearner.pretrained` gives other data a head of its own); `offline`, which says
   *   where to put a copy; `wrong-checksum`
   */
  (variant: ResNetVariant & { weights: PublishedWeights | RemoteFile }): Promise<ResNet>
  (variant?: ResNetVariant): ResNet
}

type Options = ResNetVariant & { weights?: PublishedWeights | RemoteFile }

/** The name is given as recipes have it, as `maker`'s own may be shortened by a bundler. */
function pretrainable(name: string, maker: ResNetMaker): PretrainedResNetMaker {
  const made = (options?: Options): ResNet | Promise<ResNet> => {
    if (options?.weights === undefined) return maker(options)
    const { weights, ...variant } = options
    return withWeights(maker(variant), weights)
  }
  return Object.defineProperty(made, 'name', { value: name }) as PretrainedResNetMaker
}

async function withWeights(net: ResNet, weights: PublishedWeights | RemoteFile): Promise<ResNet> {
  try {
    const file = isPublished(weights)
      ? publishedFile(recipeOf(net)?.name ?? null, weights)
      : weights
    const state = await stateOfFile(file)
    try {
      net.loadStateDict(state)
    } finally {
      dispose(state)
    }
    return net
  } catch (error) {
    net.dispose()
    throw error
  }
}

/**
 * ResNet-18: 11,689,512 parameters for 1000 classes. The weights that torchvision publishes fit:
 *
 * ```ts no-run
 * import { resnet18 } from '@dl/vision'
 *
 * const net = await resnet18({ weights: 'imagenet1k_v1' }) // 47 MB, once
 * ```
 *
 * @example
 * ```ts
 * import { resnet18 } from '@dl/vision'
 *
 * const net = resnet18({ classes: 10, stem: 'cifar', widths: [4, 8, 8, 8] })
 * net.features // → 8
 * net.dispose()
 * ```
 */
export const resnet18: PretrainedResNetMaker = /* @__PURE__ */ pretrainable(
  'resnet18',
  freshResnet18,
)

/** ResNet-34: 21,797,672 parameters; see {@link resnet18}. */
export const resnet34: PretrainedResNetMaker = /* @__PURE__ */ pretrainable(
  'resnet34',
  freshResnet34,
)

/** ResNet-50: 25,557,032 parameters; see {@link resnet18}. */
export const resnet50: PretrainedResNetMaker = /* @__PURE__ */ pretrainable(
  'resnet50',
  freshResnet50,
)
