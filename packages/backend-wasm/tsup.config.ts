import { writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'
import { build } from 'esbuild'
import { library } from '../../scripts/tsup'

/** No heap, no assertions, a shared memory from the host: the rules stand in the README. */
const OPTIONS = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'],
  ...['--importMemory', '--noExportMemory', '--sharedMemory', '--maximumMemory', '65536'],
]

const RELAXED = ['--enable', 'relaxed-simd']

/** Compiles kernels/ and returns the module in base64. */
async function compile(wide: 0 | 1, extra: string[] = []): Promise<string> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    [
      'kernels/index.ts',
      '--outFile',
      'kernels.wasm',
      ...OPTIONS,
      '--use',
      `WIDE=${wide}`,
      ...extra,
    ],
    {
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') binary = contents
      },
    },
  )
  if (error || !binary) throw new Error(`The kernels do not compile.\n${stderr.toString()}`)
  return Buffer.from(binary).toString('base64')
}

/** What a worker thread runs, as one script. */
async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['src/threads/worker.ts'],
    bundle: true,
    minify: true,
    write: false,
    target: 'es2022',
  })
  return outputFiles[0]!.text
}

// The compiled kernels stay a module of their own (`#kernels`, `#wide`): tests run src/ beside it.
export default library({
  external: ['#kernels', '#wide'],
  onSuccess: async () => {
    const plain = await compile(0)
    const relaxed = await compile(0, RELAXED)
    const wide = await compile(1, RELAXED)
    const parts = { plain, relaxed, worker: await bundleWorker() }
    const lines = Object.entries(parts).map(
      ([name, text]) => `export const ${name} = ${JSON.stringify(text)}\n`,
    )
    await writeFile('dist/kernels.js', lines.join(''))
    await writeFile('dist/wide.js', `export const wide = '${wide}'\n`)
    await writeFile('dist/no-wide.js', 'export const wide = null\n')
  },
})
