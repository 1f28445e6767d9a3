import { writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'
import { build } from 'esbuild'
import { library } from '../../scripts/tsup'

/** No heap, no assertions, a shared memory from the host: the rules stand in the README. */
const OPTIONS = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'],
  ...['--importMemory', '--noExportMemory', '--sharedMemory', '--maximumMemory', '65536'],
]

/** Compiles kernels/ and returns the module in base64. */
async function compile(extra: string[] = []): Promise<string> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    ['kernels/index.ts', '--outFile', 'kernels.wasm', ...OPTIONS, ...extra],
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

// The compiled kernels stay a module of their own (`#kernels`): tests run src/ beside it.
export default library({
  external: ['#kernels'],
  onSuccess: async () => {
    const plain = await compile()
    const relaxed = await compile(['--enable', 'relaxed-simd'])
    const parts = { plain, relaxed, worker: await bundleWorker() }
    const lines = Object.entries(parts).map(
      ([name, text]) => `export const ${name} = ${JSON.stringify(text)}\n`,
    )
    await writeFile('dist/kernels.js', lines.join(''))
  },
})
