/** The training steps that are measured: the lesson's language models and nets. */
import type { Task } from '../harness/protocol'

export interface Step {
  name: string
  task: Task
  /** Steps in one measurement. */
  batches: number
  /** Whether a target speaks of it; a quick run has these alone. */
  targeted: boolean
}

const languageModel = (cell: 'rnn' | 'gru' | 'lstm', batches: number, bptt = 8): Step => {
  const size =
    cell === 'lstm' ? { hidden: 512, layers: 2, dropout: 0.5 } : { hidden: 256, layers: 1 }
  const { hidden, layers } = size
  return {
    name: `${cell.toUpperCase()} ${layers > 1 ? `${layers}×` : ''}${hidden}, bs 64, bptt ${bptt}`,
    task: { op: 'languageModel', cell, dropout: 0, ...size, bs: 64, bptt },
    batches,
    targeted: bptt === 8,
  }
}

const vision = (net: string, name: string, batches: number, targeted = false): Step => ({
  name: `${name}, bs 256`,
  task: { op: 'vision', net, bs: 256 },
  batches,
  targeted,
})

export const STEPS: readonly Step[] = [
  languageModel('rnn', 20),
  languageModel('gru', 12),
  languageModel('lstm', 4),
  languageModel('lstm', 2, 70),
  vision('simple', 'SimpleNet', 40),
  vision('resnet', 'Resnet', 2),
  vision('resnet2', 'Resnet2', 2, true),
]
