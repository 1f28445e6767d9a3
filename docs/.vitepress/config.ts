import { join } from 'node:path'
import { transformerTwoslash } from '@shikijs/vitepress-twoslash'
import ts from 'typescript'
import { defineConfig } from 'vitepress'
import llms from 'vitepress-plugin-llms'
import { packagesIn, root } from '../../scripts/workspace.mjs'
import { linked } from '../site/links.ts'
import { runnable } from '../site/runnable.ts'

const page = (text: string, link: string) => ({ text, link })
const guide = (text: string, name: string) => page(text, `/guide/${name}`)
const packages = packagesIn('packages')

export default defineConfig({
  title: '@dl',
  description: 'Deep learning for TypeScript: small packages on TensorFlow.js',
  cleanUrls: true,
  srcExclude: ['site/**', '**/node_modules/**'],
  markdown: {
    config: linked,
    // types on hover, of fences marked `ts twoslash`; one that does not compile fails the build
    codeTransformers: [
      transformerTwoslash({
        explicitTrigger: true,
        twoslashOptions: {
          vfsRoot: root,
          compilerOptions: {
            target: ts.ScriptTarget.ES2022,
            module: ts.ModuleKind.ESNext,
            moduleResolution: ts.ModuleResolutionKind.Bundler,
            lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'].map(
              name => `lib.${name}.d.ts`,
            ),
            skipLibCheck: true,
            baseUrl: root,
            paths: {
              '@dl/*': ['packages/*/src/index.ts'],
              '@tensorflow/*': ['node_modules/@tensorflow/*'],
            },
            types: [],
          },
        },
      }),
    ],
    languages: ['js', 'ts', 'python', 'sh', 'json', 'html'],
  },
  vite: {
    plugins: [runnable(), llms({ ignoreFiles: ['api/**'] })],
    // steps that run in the page take the packages as they are built
    resolve: {
      alias: [
        { find: /^@dl\/([\w-]+)$/, replacement: join(root, 'packages/$1') },
        { find: /^@tensorflow\//, replacement: join(root, 'node_modules/@tensorflow/') },
      ],
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: 'https://github.com/dl-ts/dl' }],
    nav: [
      page('Start', '/'),
      page('Lesson 7', '/lesson7'),
      page('Guides', '/guide/memory'),
      page('API', '/api/'),
      page('Results', '/results'),
    ],
    sidebar: {
      '/api/': [
        {
          text: 'API',
          items: packages.map(name => page(`@dl/${name}`, `/api/@dl/${name}`)),
        },
      ],
      '/': [
        {
          text: 'Start',
          items: [
            page('In two minutes', '/'),
            page('Lesson 7, retold', '/lesson7'),
            page('Which backend, when', '/backends'),
            page('What works where', '/compatibility'),
          ],
        },
        {
          text: 'Guides',
          items: [
            guide('Who disposes what', 'memory'),
            guide('Texts, random lengths and shapes', 'texts'),
            guide('Checkpoints', 'checkpoints'),
            guide('To PyTorch and back', 'pytorch'),
            guide('Streams, and batches that add up', 'streams'),
            guide('Your own parts', 'own-parts'),
            page('Tables', '/tabular'),
            guide('Pages, workers, Bun and Deno', 'places'),
          ],
        },
        {
          text: 'Coming from',
          items: [
            page('fast.ai', '/coming-from/fastai'),
            page('PyTorch', '/coming-from/pytorch'),
            page('Keras', '/coming-from/keras'),
            page('tfjs-layers', '/coming-from/tfjs-layers'),
          ],
        },
        { text: 'Packages', items: packages.map(name => page(`@dl/${name}`, `/packages/${name}`)) },
        {
          text: 'Measured',
          items: [page('Results', '/results'), page('Kernels on wasm', '/wasm-kernels')],
        },
      ],
    },
  },
})
