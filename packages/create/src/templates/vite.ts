import { IGNORED, manifest, NEEDS, readme, tsconfig } from './shared'
import type { Starter } from './starter-files'

const PAGE = (name: string) => `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width" />
  <title>${name}</title>
  <h1>${name}</h1>
  <p>Loss: <output id="loss">…</output></p>
  <pre id="text"></pre>
  <script type="module" src="/src/main.ts"></script>
</html>
`

const MAIN = `import { train } from './train'

const loss = document.querySelector<HTMLOutputElement>('#loss')!
const text = document.querySelector<HTMLPreElement>('#text')!
text.textContent = await train(value => {
  loss.value = value.toFixed(3)
})
`

const TRAIN = `import '@dl/backend-wasm' // the only line that chooses where it runs
import { type Callback, cosAnneal } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'

/** Learns a rhyme by heart and recites it; \`show\` gets the loss after each batch. */
export async function train(show: (loss: number) => void): Promise<string> {
  manualSeed(42)
  const rhyme = 'Peter Piper picked a peck of pickled peppers.\\n'.repeat(100)
  const text = new Field({ tokenize: chars })
  const data = LanguageModelData.fromTexts({ train: rhyme, validation: rhyme }, text, { bs: 16, bptt: 16 })
  const model = new CharLM({ vocab: data.nt, embedding: 16, hidden: 64 })
  const lo = new LayerOptimizer(adam, model, 1e-2, 1e-5)
  const watch: Callback = { name: 'watch', onBatchEnd: ({ smoothLoss }) => show(smoothLoss) }
  await fit(model, data, 7, lo, crossEntropy, {
    callbacks: [cosAnneal(lo, { cycleLen: 1, cycleMult: 2 }), watch], // cycles of 1, 2 and 4 epochs
  })
  const written = await generate(model, text, 'Peter', { length: 80, temperature: 0.5 })
  lo.dispose()
  model.dispose()
  return written
}
`

export const vite = (name: string): Starter => ({
  files: {
    'package.json': manifest(name, { start: 'vite', build: 'vite build', check: 'tsc' }),
    'tsconfig.json': tsconfig({ module: 'esnext', moduleResolution: 'bundler' }),
    '.gitignore': IGNORED,
    'README.md': readme(
      name,
      'npm start        # the page, as you change it\nnpm run build    # what a server needs, in dist/',
      '`src/train.ts` learns a rhyme by heart in some seconds, `src/main.ts` shows how.',
    ),
    'index.html': PAGE(name),
    'src/main.ts': MAIN,
    'src/train.ts': TRAIN,
  },
  needs: NEEDS,
  devNeeds: ['vite', 'typescript@5'],
})
