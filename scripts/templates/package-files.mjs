/** What every package has besides its sources, as `package-rules.mjs` asks for it. */

const HOME = 'https://github.com/dl-ts/dl'

/**
 * @param {string} folder below packages/
 * @param {{ description: string, keywords: string[], sideEffects: false | string[],
 *   dependencies?: Record<string, string> }} own
 */
export function packageFiles(folder, { description, keywords, sideEffects, dependencies }) {
  const peers = { '@dl/core': 'workspace:^', '@tensorflow/tfjs-core': '4.22.0' }
  const manifest = {
    name: `@dl/${folder}`,
    version: '0.0.0',
    description,
    keywords: ['deep-learning', 'typescript', 'tensorflow', 'tfjs', ...keywords],
    license: 'Apache-2.0',
    homepage: `${HOME}/tree/main/packages/${folder}#readme`,
    bugs: { url: `${HOME}/issues` },
    repository: { type: 'git', url: `git+${HOME}.git`, directory: `packages/${folder}` },
    type: 'module',
    engines: { node: '>=20.19' },
    files: ['dist'],
    sideEffects,
    exports: {
      '.': {
        '@dl/source': './src/index.ts',
        types: './dist/index.d.ts',
        default: './dist/index.js',
      },
    },
    // in KB: what it may weigh in a page
    gzip: { '.': 2 },
    scripts: {
      build: 'tsup',
      types: 'tsup --dts-only',
      prepack: 'node ../../scripts/prepack.mjs',
      postpack: 'node ../../scripts/prepack.mjs --undo',
    },
    ...(dependencies && { dependencies }),
    peerDependencies: peers,
    devDependencies: peers,
  }
  return {
    [`packages/${folder}/package.json`]: `${JSON.stringify(manifest, null, 2)}\n`,
    [`packages/${folder}/tsconfig.json`]:
      '{ "extends": "../../tsconfig.base.json", "include": ["src", "test", "tsup.config.ts"] }\n',
    [`packages/${folder}/tsup.config.ts`]:
      "import { library } from '../../scripts/tsup'\n\nexport default library()\n",
  }
}
