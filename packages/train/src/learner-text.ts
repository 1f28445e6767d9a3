/** What a Learner is made of, as text. */
import type { DataLoader } from '@dl/data'
import { isModule } from '@dl/layers'
import type { LayerOptimizer } from '@dl/optim'
import { announced } from './batches'
import type { Group } from './freeze'
import type { LearnerModel, TrainData } from './model'

interface Parts {
  model: LearnerModel
  data: TrainData
  layerGroups: readonly Group[]
}

export const learnerText = ({ model, data, layerGroups }: Parts, lo: LayerOptimizer | null) =>
  [
    `model: ${counted([model])}`,
    ...(isModule(model) ? [indented(String(model))] : []),
    `layer groups: ${layerGroups.length}`,
    ...layerGroups.map((group, i) => `  ${i}: ${counted(group)}`),
    `data: ${dataText(data)}`,
    `optimizer: ${lo ? optimizerText(lo) : 'none before the first fit'}`,
  ].join('\n')

/** How many weights there are, and how many of them learn. */
function counted(group: Group): string {
  const all = [...new Set(group.flatMap(part => [...part.parameters()]))]
  const sum = (parameters: typeof all) => parameters.reduce((total, { size }) => total + size, 0)
  const trained = sum(all.filter(({ trainable }) => trainable))
  const names = group.map(part => part.constructor.name).filter(name => name !== 'Object')
  const weights = `${sum(all)} weights, ${trained === sum(all) ? 'all' : trained} to be trained`
  return names.length > 0 ? `${names.join(', ')}: ${weights}` : weights
}

const LOADERS = ['train', 'validation', 'fix', 'aug', 'test', 'testAug'] as const

function dataText(data: TrainData): string {
  const text = (name: (typeof LOADERS)[number], loader: DataLoader): string => {
    const length = announced(loader, name)
    if (!Number.isFinite(length)) return `${name} of unknown length`
    return `${name} ${length} ${length === 1 ? 'batch' : 'batches'}`
  }
  return LOADERS.flatMap(name => (data[name] ? [text(name, data[name])] : [])).join(', ')
}

function optimizerText({ opt, lrs, wds, clip }: LayerOptimizer): string {
  const one = (numbers: readonly number[]) => [...new Set(numbers)].join(', ')
  const decay = wds.some(wd => wd > 0) ? `, weight decay ${one(wds)}` : ''
  return `${opt.name}, lr ${one(lrs)}${decay}${clip === null ? '' : `, clip ${clip}`}`
}

const indented = (text: string): string => text.replace(/^/gm, '  ')
