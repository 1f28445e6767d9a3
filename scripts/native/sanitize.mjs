/**
 * The tests of native kernels once more on the checking build: each access is held against the bounds
 * of the memory, and the compiler's sanitizers look for what C++ leaves undefined. Linux with GCC.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { asksForHelp } from '../options.mjs'
import { fail, isMain, root } from '../workspace.mjs'
import { compileNative, findCompiler } from './compile.mjs'

if (isMain(import.meta.url)) {
  if (asksForHelp(process.argv.slice(2))) {
    console.log('node scripts/native/sanitize.mjs: kernel tests on the checking build. No options.')
    process.exit(0)
  }
  const problem = await compileNative({ checked: true })
  if (problem) fail(`No checking build: ${problem}`)
  const where = spawnSync(findCompiler() ?? '', ['-print-file-name=libasan.so'], {
    encoding: 'utf8',
  })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = ['run', '--project', 'wasm-native', 'packages/backend-wasm/test/native']
  const { status } = spawnSync(process.execPath, [vitest, ...args], {
    cwd: root,
    env: {
      ...process.env,
      DL_NATIVE_CHECKED: '1',
      // it has to come before Node; what Node itself keeps to its end is no leak of ours
      LD_PRELOAD: where.stdout.trim(),
      ASAN_OPTIONS: 'detect_leaks=0',
    },
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
}
