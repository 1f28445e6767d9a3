/** A program that uses the packages as they are built, as if they were installed, and its bundles. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { build as esbuild } from 'esbuild'
import ts from 'typescript'
import { build as vite } from 'vite'
import { packagesIn, root } from '../workspace.mjs'
import { withWebpack as bundleWithWebpack } from './packed/bundlers'

export interface Bundle {
  code: string
  /** What it still imports, which is to be nothing. */
  imports: string[]
}

/** A folder whose modules resolve without the conditions of this workspace. */
export function installed() {
  const folder = mkdtempSync(join(tmpdir(), 'dl-installed-'))
  const link = (name: string, target: string) => {
    const path = join(folder, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(join(root, target), path, 'junction')
  }
  for (const name of packagesIn('packages')) link(`@dl/${name}`, `packages/${name}`)
  for (const name of ['@tensorflow', 'vitest']) link(name, `node_modules/${name}`)
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  /** Of the program `name`.js, which `write` has put there: all of it in one file. */
  const withEsbuild = async (name: string): Promise<Bundle> => {
    const { outputFiles, metafile } = await esbuild({
      entryPoints: [join(folder, `${name}.js`)],
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      outfile: 'page.js',
    })
    const [output] = Object.values(metafile.outputs)
    return { code: outputFiles[0]!.text, imports: output!.imports.map(({ path }) => path) }
  }

  /** What a page loads at first of a program whose lazy parts are files of their own. */
  const firstLoad = async (name: string, external: string[]): Promise<string> => {
    const { outputFiles, metafile } = await esbuild({
      entryPoints: [join(folder, `${name}.js`)],
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      outdir: join(folder, 'out'),
      absWorkingDir: folder,
      format: 'esm',
      splitting: true,
      external,
    })
    const { outputs } = metafile
    const entry = Object.keys(outputs).find(path => outputs[path]!.entryPoint === `${name}.js`)!
    const first = new Set([entry])
    for (const path of first) {
      for (const one of outputs[path]!.imports) {
        if (one.kind === 'import-statement' && !one.external) first.add(one.path)
      }
    }
    const loaded = outputFiles.filter(({ path }) => first.has(relative(folder, path)))
    return loaded.map(({ text }) => text).join('')
  }

  const withVite = async (name: string): Promise<Bundle> => {
    const site = join(folder, `site-${name}`)
    mkdirSync(site)
    writeFileSync(join(site, 'index.html'), '<script type="module" src="./main.js"></script>')
    writeFileSync(join(site, 'main.js'), readFileSync(join(folder, `${name}.js`)))
    await vite({ root: site, configFile: false, logLevel: 'error' })
    const html = readFileSync(join(site, 'dist/index.html'), 'utf8')
    const [, script] = html.match(/src="\/(assets\/[^"]+\.js)"/) ?? []
    const code = readFileSync(join(site, 'dist', script!), 'utf8')
    // read as code: an error's text may hold the line to add, import included
    const { importedFiles } = ts.preProcessFile(code, true, true)
    return { code, imports: importedFiles.map(({ fileName }) => fileName) }
  }

  const withWebpack = async (name: string): Promise<Bundle> => {
    const { code } = await bundleWithWebpack(folder, `./${name}.js`)
    // all is in the file, or in those beside it that are loaded later
    return { code, imports: [] }
  }

  return {
    folder,
    write,
    withEsbuild,
    firstLoad,
    withVite,
    withWebpack,
    remove: () => rmSync(folder, { recursive: true }),
  }
}
