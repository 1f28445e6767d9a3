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
async function bundleWorker(host: 'node' | 'page'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`src/threads/${host}-worker.ts`],
    bundle: true,
    minify: true,
    write: false,
    target: 'es2022',
  })
  return outputFiles[0]!.text
}

/** A module of such constants. */
async function write(name: string, constants: Record<string, string | null>): Promise<void> {
  const lines = Object.entries(constants).map(
    ([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`,
  )
  await writeFile(`dist/${name}.js`, lines.join(''))
}

// The compiled kernels and workers stay modules of their own (`#kernels`, `#host`): tests run src/
// beside them. So does what only Node looks for (`#native`).
export default library({
  entry: { index: 'src/index.ts', native: 'src/native/find.ts', 'no-native': 'src/native/none.ts' },
  external: ['#kernels', '#host', '#native'],
  onSuccess: async () => {
    const plain = await compile(0)
    const relaxed = await compile(0, RELAXED)
    const wide = await compile(1, RELAXED)
    await write('kernels', { plain, relaxed })
    await write('node-host', { wide, worker: await bundleWorker('node') })
    await write('page-host', { wide: null, worker: await bundleWorker('page') })
  },
})
