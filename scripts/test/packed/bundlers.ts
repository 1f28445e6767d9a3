/** A program in a folder becomes one file of a page, by each bundler as it comes. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as esbuild, transform } from 'esbuild'
import { build as vite } from 'vite'
import webpack from 'webpack'

type Bundler = (folder: string, code: string) => Promise<string>

const withEsbuild: Bundler = async (folder, code) => {
  const { outputFiles } = await esbuild({
    stdin: { contents: code, resolveDir: folder },
    ...{ bundle: true, write: false, format: 'esm', target: 'es2022' },
  })
  return outputFiles[0]!.text
}

const withVite: Bundler = async (folder, code) => {
  writeFileSync(join(folder, 'index.html'), '<script type="module" src="./page.js"></script>')
  writeFileSync(join(folder, 'page.js'), code)
  // top-level await is what a page of today has
  await vite({ root: folder, configFile: false, logLevel: 'error', build: { target: 'es2022' } })
  const assets = join(folder, 'dist/assets')
  const name = readdirSync(assets).find(file => /^index-.*\.js$/.test(file))!
  return readFileSync(join(assets, name), 'utf8')
}

/** As a script, or with `module` as one that may wait at its top. */
export async function withWebpack(
  folder: string,
  entry: string,
  module = false,
): Promise<{ code: string }> {
  const out = join(folder, 'webpack')
  const compiler = webpack({
    mode: 'production',
    context: folder,
    entry,
    experiments: { outputModule: module },
    output: { path: out, filename: 'page.js', publicPath: '/', module },
    performance: { hints: false },
    // its minifier takes ten times as long as all the rest
    optimization: { minimize: false },
  })!
  const stats = await new Promise<webpack.Stats>((resolve, reject) =>
    compiler.run((error, done) => compiler.close(() => (done ? resolve(done) : reject(error)))),
  )
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }))
  return transform(readFileSync(join(out, 'page.js'), 'utf8'), { minify: true })
}

export const bundlers: Record<string, Bundler> = {
  esbuild: withEsbuild,
  Vite: withVite,
  webpack: async (folder, code) => {
    writeFileSync(join(folder, 'page.js'), code)
    return (await withWebpack(folder, './page.js', true)).code
  },
}
