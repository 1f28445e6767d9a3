/** The run as a short program: the same seed, and on the same SIMD the same losses to the bit. */
import { LENGTH_STEP, MIN_FREQ, type Plan, TRAIN_FRACTION, WEIGHT_DECAY } from '../plan'

/** @param lrs the learning rate of each batch so far, which may have been dragged */
export function programOf(plan: Plan, lrs: readonly number[]): string {
  const { text, cell, hidden, bs, bptt, lr, seed, epochs } = plan
  const drags = changes(lrs)
  const isOwn = text !== 'nietzsche'
  const first = drags[0]?.[1] ?? lr
  const imports = [
    "import '@dl/backend-wasm'",
    drags.length > 1 ? "import type { Callback } from '@dl/callbacks'" : null,
    "import { manualSeed } from '@dl/core'",
    `import { ${isOwn ? 'files, splitRows' : 'datasets'} } from '@dl/data'`,
    "import { crossEntropy } from '@dl/layers'",
    "import { adam, LayerOptimizer } from '@dl/optim'",
    "import { CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'",
    "import { fit } from '@dl/train'",
  ]
  const splits = isOwn
    ? [
        '// the text of the page, saved beside this program',
        `const [train, validation] = splitRows(await files.readText('text.txt'), { fraction: ${TRAIN_FRACTION} })`,
        'const splits = { train, validation }',
      ]
    : [
        'const { train, validation } = await datasets.nietzsche()',
        'const splits = { train, validation }',
      ]
  const dragged = [
    '',
    '// the learning rate was dragged: from these batches on it was',
    `const lrs: Record<number, number> = { ${drags.map(([step, value]) => `${step}: ${value}`).join(', ')} }`,
    'const drag: Callback = {',
    "  name: 'drag',",
    '  onBatchBegin: ({ step }) => lo.setLrs(lrs[step] ?? lo.lr),',
    '}',
  ]
  return `${[
    ...imports,
    '',
    ...splits,
    '',
    `manualSeed(${seed})`,
    'const field = new Field({ lower: true, tokenize: chars })',
    'const data = LanguageModelData.fromTexts(splits, field, {',
    `  bs: ${bs}, bptt: ${bptt}, lengthStep: ${LENGTH_STEP}, minFreq: ${MIN_FREQ}, seed: ${seed},`,
    '})',
    `const model = new CharLM({ vocab: data.nt, hidden: ${hidden}, cell: '${cell}', layers: 1, dropout: 0 })`,
    `const lo = new LayerOptimizer(adam, model, ${first}, ${WEIGHT_DECAY})`,
    ...(drags.length > 1 ? dragged : []),
    '',
    'const log = {',
    "  name: 'log',",
    '  onBatchEnd: ({ step, loss }: { step: number; loss: number }) => console.log(step, loss),',
    '}',
    `await fit(model, data, ${epochs}, lo, crossEntropy, { callbacks: [${drags.length > 1 ? 'drag, ' : ''}log] })`,
    "console.log(await generate(model, field, 'the ', { length: 400, temperature: 0.7 }))",
  ]
    .filter(line => line !== null)
    .join('\n')}\n`
}

/** Where the learning rate changed: finished batches by then, and to what. */
function changes(lrs: readonly number[]): [step: number, lr: number][] {
  return lrs.flatMap((lr, step): [number, number][] => (lr === lrs[step - 1] ? [] : [[step, lr]]))
}
