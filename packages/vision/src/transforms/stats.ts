import { showValue } from '@dl/core'
import { badOption } from './checks'
import type { ChannelStats } from './image-transforms'

/** Of ImageNet: what nets trained on it expect. */
export const imagenetStats: ChannelStats = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
}

/** Of CIFAR-10's training set, as in lesson 7. */
export const cifar10Stats: ChannelStats = {
  mean: [0.4914, 0.48216, 0.44653],
  std: [0.24703, 0.24349, 0.26159],
}

/** −1 to 1, for the Inception nets of TensorFlow. */
export const inceptionStats: ChannelStats = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }

export function checkStats(owner: string, stats: ChannelStats): void {
  const { mean, std } = (stats ?? {}) as Partial<ChannelStats>
  if (!Array.isArray(mean) || !Array.isArray(std)) {
    badOption(
      owner,
      `stats that are ${showValue(stats)}`,
      '{ mean, std }, lists with a number for each channel: imagenetStats',
    )
  }
  const isRight = mean.length > 0 && mean.length === std.length
  if (!isRight) {
    badOption(
      owner,
      `stats with ${mean.length} means and ${std.length} standard deviations`,
      'one of each for every channel',
    )
  }
  if (mean.every(Number.isFinite) && std.every(s => Number.isFinite(s) && s > 0)) return
  badOption(
    owner,
    `stats with the means ${mean.join(', ')} and standard deviations ${std.join(', ')}`,
    'finite numbers, standard deviations above 0',
    'A channel that never changes has a deviation of 0: use 1.',
  )
}
