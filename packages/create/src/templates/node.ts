import { IGNORED, manifest, NEEDS, readme, tsconfig } from './shared'
import type { Starter } from './starter-files'

const MAIN = `import '@dl/backend-wasm' // the only line that chooses where it runs
import { cosAnneal, progress } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'

manualSeed(42)
const rhyme = 'Peter Piper picked a peck of pickled peppers.\\n'.repeat(100)
const text = new Field({ tokenize: chars })
const data = LanguageModelData.fromTexts({ train: rhyme, validation: rhyme }, text, { bs: 16, bptt: 16 })
const model = new CharLM({ vocab: data.nt, embedding: 16, hidden: 64 })
const lo = new LayerOptimizer(adam, model, 1e-2, 1e-5)
await fit(model, data, 7, lo, crossEntropy, {
  callbacks: [cosAnneal(lo, { cycleLen: 1, cycleMult: 2 }), progress()], // cycles of 1, 2 and 4 epochs
})
console.log(await generate(model, text, 'Peter', { length: 80, temperature: 0.5 }))
`

export const node = (name: string): Starter => ({
  files: {
    'package.json': manifest(name, { start: 'tsx main.ts', check: 'tsc' }),
    'tsconfig.json': tsconfig({ module: 'nodenext' }),
    '.gitignore': IGNORED,
    'README.md': readme(name, 'npm start', '`main.ts` learns a rhyme by heart in some seconds.'),
    'main.ts': MAIN,
  },
  needs: NEEDS,
  devNeeds: ['tsx', 'typescript@5'],
})
