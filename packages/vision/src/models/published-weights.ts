/**
 * Weights that torchvision publishes. The addresses and the first eight digits of each sum are those
 * of torchvision's `ResNet*_Weights`; the whole sums are those of copies that others have checked and
 * written down, and they begin with these digits.
 */
import { DlError, showValue } from '@dl/core'
import type { RemoteFile } from '@dl/data'

/** 'imagenet1k_v1': a million pictures in a thousand classes; normalise by `imagenetStats`. */
export type PublishedWeights = 'imagenet1k_v1'

const published = (name: string, sha256: string): RemoteFile => ({
  url: `https://download.pytorch.org/models/${name}`,
  sha256,
  name: `weights/${name}`,
})

/** By the name of the architecture. Accuracy on ImageNet, as torchvision reports it, behind each. */
const REGISTRY: Readonly<Record<string, Readonly<Record<PublishedWeights, RemoteFile>>>> = {
  // 69.758 %, 46,830,571 bytes
  resnet18: {
    imagenet1k_v1: published(
      'resnet18-f37072fd.pth',
      'f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec',
    ),
  },
  // 73.314 %, 87,319,819 bytes
  resnet34: {
    imagenet1k_v1: published(
      'resnet34-b627a593.pth',
      'b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f',
    ),
  },
  // 76.130 %, 102,530,333 bytes
  resnet50: {
    imagenet1k_v1: published(
      'resnet50-0676ba61.pth',
      '0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a',
    ),
  },
}

const NAMES: readonly string[] = ['imagenet1k_v1'] satisfies PublishedWeights[]

export const isPublished = (weights: unknown): weights is PublishedWeights =>
  NAMES.includes(weights as string)

/**
 * Where an architecture's published weights are.
 *
 * @throws DlError `no-weights` with the architectures that have some
 */
export function publishedFile(architecture: string | null, weights: PublishedWeights): RemoteFile {
  const file = Object.hasOwn(REGISTRY, architecture ?? '')
    ? REGISTRY[architecture!]![weights]
    : undefined
  if (file) return file
  throw new DlError('no-weights', {
    problem: `the weights ${showValue(weights)} of ${architecture ?? 'a net of your own'} were asked for`,
    expected: `one of ${Object.keys(REGISTRY).join(', ')}, whose weights are published`,
    fix: 'Give a file of your own: weights: "net.pth", or { url, sha256, name }.',
  })
}
