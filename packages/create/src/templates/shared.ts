/** What the templates have in common. */

export const NEEDS = [
  '@dl/backend-wasm',
  '@dl/callbacks',
  '@dl/core',
  '@dl/layers',
  '@dl/optim',
  '@dl/text',
  '@dl/train',
  '@tensorflow/tfjs-core@4.22.0',
]

/** Its packages come with the line that installs them, which knows their versions. */
export const manifest = (name: string, scripts: Record<string, string>): string =>
  `${JSON.stringify({ name, private: true, type: 'module', scripts }, null, 2)}\n`

export const tsconfig = (options: Record<string, unknown>): string =>
  `${JSON.stringify({ compilerOptions: { target: 'es2022', strict: true, skipLibCheck: true, noEmit: true, ...options } }, null, 2)}\n`

export const IGNORED = 'node_modules/\ndist/\nmodels/\nruns/\n'

export const readme = (name: string, start: string, files: string): string => `# ${name}

\`\`\`sh
${start}
\`\`\`

${files}

Another backend is another import in its first line: \`@dl/backend-webgpu\` and \`@dl/backend-webgl\` use the
graphics card. What the packages can do: https://github.com/dl-ts/dl
`
