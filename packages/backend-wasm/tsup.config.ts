import { writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'
import { library } from '../../scripts/tsup'

/** No heap, no assertions, memory from the host: the rules stand in the README. */
const OPTIONS = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
  ...['--importMemory', '--noExportMemory'],
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

// The compiled kernels stay a module of their own (`#kernels`): tests run src/ beside it.
export default library({
  external: ['#kernels'],
  onSuccess: async () => {
    const plain = await compile()
    const relaxed = await compile(['--enable', 'relaxed-simd'])
    await writeFile(
      'dist/kernels.js',
      `export const plain = '${plain}'\nexport const relaxed = '${relaxed}'\n`,
    )
  },
})
