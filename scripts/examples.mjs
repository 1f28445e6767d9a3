/**
 * Documentation that runs. Every ```ts fence with an import, in the `@example`s of a package's
 * source and in the READMEs, becomes a module under .examples/, called by one test file a package.
 * A line `value // → text` says what String(value) is. A fence marked `ts no-run` is compiled only.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { isMain, packagesIn, root } from './workspace.mjs'

/**
 * @typedef {object} Fence
 * @property {string} code
 * @property {number} line of its first line of code, from 1
 * @property {boolean} run
 */

/** A comment that says what a value is as text. */
const ARROW = /^\/\/ → ?(.*)$/

/** Writes .examples/ anew. The problems are fences that could not become modules. */
export function extractExamples() {
  const target = join(root, '.examples')
  rmSync(target, { recursive: true, force: true })
  linkPackages(target)
  /** @type {string[]} */
  const problems = []
  for (const { owner, paths } of documents()) {
    const folder = join(target, owner)
    mkdirSync(folder, { recursive: true })
    /** @type {{ origin: string, module: string }[]} */
    const runs = []
    for (const path of paths) {
      const text = readFileSync(join(root, path), 'utf8')
      const fences = path.endsWith('.md') ? fencesOfMarkdown(text) : fencesOfSource(text)
      for (const fence of fences.filter(hasImport)) {
        const origin = `${path}:${fence.line}`
        const module = origin.replace(/^packages\/[^/]+\/(src\/)?/, '').replace(/\W/g, '-')
        try {
          writeFileSync(join(folder, `${module}.ts`), toModule(fence, origin))
          if (fence.run) runs.push({ origin, module })
        } catch (error) {
          problems.push(/** @type {Error} */ (error).message)
        }
      }
    }
    if (runs.length > 0) writeFileSync(join(folder, 'all.test.ts'), toTests(runs))
  }
  return problems
}

/**
 * The TypeScript fences of a Markdown text.
 * @param {string} text
 * @returns {Fence[]}
 */
export function fencesOfMarkdown(text) {
  /** @type {Fence[]} */
  const fences = []
  /** @type {Fence & { language?: string | undefined } | null} */
  let open = null
  for (const [i, line] of text.split('\n').entries()) {
    const mark = line.match(/^```(.*)$/)
    if (open !== null && mark) {
      const { language, ...fence } = open
      if (language === 'ts') fences.push(fence)
      open = null
    } else if (open !== null) {
      open.code += `${line}\n`
    } else if (mark) {
      const [language, ...flags] = (mark[1] ?? '').trim().split(/\s+/)
      open = { language, code: '', line: i + 2, run: !flags.includes('no-run') }
    }
  }
  return fences
}

/**
 * The fences in the doc comments of a source file.
 * @param {string} text
 * @returns {Fence[]}
 */
export function fencesOfSource(text) {
  return [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap(comment => {
    const offset = text.slice(0, comment.index).split('\n').length - 1
    const bare = comment[0].replace(/^[ \t]*\* ?/gm, '')
    return fencesOfMarkdown(bare).map(fence => ({ ...fence, line: fence.line + offset }))
  })
}

const hasImport = (/** @type {Fence} */ { code }) => /^import /m.test(code)

/**
 * A module out of a fence: its imports, then its body as a function.
 * @param {Fence} fence
 * @param {string} origin where it stands, for messages
 */
export function toModule({ code }, origin) {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true)
  /** @type {string[]} */
  const imports = []
  /** Edits of the code, by place: [from, to, text]. @type {[number, number, string][]} */
  const edits = []
  const arrows = findArrows(code)

  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      imports.push(statement.getText())
      edits.push([statement.getStart(), statement.end, ''])
    } else if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isExport)) {
      throw new Error(`${origin}: an example cannot export, because it becomes the body of a test.`)
    }
  }
  const visit = (/** @type {ts.Node} */ node) => {
    const arrow = arrows.get(lineAt(code, node.end))
    if (arrow && ts.isExpressionStatement(node)) {
      edits.push([node.getStart(), arrow.end, check(node.expression.getText(), arrow.text)])
      arrows.delete(arrow.line)
    } else if (arrow && ts.isVariableStatement(node)) {
      const [{ name } = { name: node }] = node.declarationList.declarations
      // on one line only: what looks like the next statement may have been read as part of this
      if (ts.isIdentifier(name) && lineAt(code, node.getStart()) === arrow.line) {
        edits.push([arrow.start, arrow.end, `; ${check(name.text, arrow.text)}`])
        arrows.delete(arrow.line)
      }
    }
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(source, visit)
  for (const { text } of arrows.values()) {
    throw new Error(
      `${origin}: "// → ${text}" does not end the line of an expression or a const ` +
        '(should a line begin with [, ( or `, put a ; before it).',
    )
  }

  let body = code
  for (const [from, to, text] of edits.sort((a, b) => b[0] - a[0])) {
    body = body.slice(0, from) + text + body.slice(to)
  }
  const indented = body.trim().replace(/^(?=.)/gm, '  ')
  const head = [`// ${origin}`, ...imports, "import { expect as expected } from 'vitest'"]
  return `${[...head, '', 'export async function example() {', indented, '}'].join('\n')}\n`
}

/** The test file of a folder of modules. */
function toTests(/** @type {{ origin: string, module: string }[]} */ runs) {
  const imports = runs.map(({ module }, i) => `import { example as run${i} } from './${module}'`)
  const tests = runs.map(({ origin }, i) => `test(${JSON.stringify(origin)}, run${i})`)
  return `${["import { test } from 'vitest'", ...imports, '', ...tests].join('\n')}\n`
}

const check = (/** @type {string} */ expression, /** @type {string} */ text) =>
  `expected(String(${expression})).toBe(${JSON.stringify(text)})`

const isExport = (/** @type {ts.ModifierLike} */ { kind }) => kind === ts.SyntaxKind.ExportKeyword

const lineAt = (/** @type {string} */ code, /** @type {number} */ position) =>
  code.slice(0, position).split('\n').length

/** The arrow comments by the line they stand on. */
function findArrows(/** @type {string} */ code) {
  /** @type {Map<number, { line: number, start: number, end: number, text: string }>} */
  const arrows = new Map()
  let start = 0
  for (const [i, line] of code.split('\n').entries()) {
    const at = line.indexOf('// →')
    const match = at < 0 ? null : line.slice(at).match(ARROW)
    if (match) {
      const text = (match[1] ?? '').trimEnd()
      arrows.set(i + 1, { line: i + 1, start: start + at, end: start + line.length, text })
    }
    start += line.length + 1
  }
  return arrows
}

/** Where examples may stand, by the folder that their modules go to. */
function documents() {
  // what else is there is made by a command
  const guides = ['', 'guide/', 'coming-from/'].flatMap(folder =>
    readdirSync(join(root, 'docs', folder))
      .filter(file => file.endsWith('.md'))
      .map(file => folder + file),
  )
  const found = [
    { owner: 'root', paths: ['README.md'] },
    { owner: 'docs', paths: guides.map(file => `docs/${file}`) },
  ]
  for (const owner of packagesIn('packages')) {
    const sources = readdirSync(join(root, 'packages', owner, 'src'), { recursive: true })
    const files = sources.map(file => `src/${String(file).replaceAll('\\', '/')}`).sort()
    const paths = ['README.md', ...files.filter(file => file.endsWith('.ts'))]
    found.push({ owner, paths: paths.map(path => `packages/${owner}/${path}`) })
  }
  return found.map(({ owner, paths }) => ({
    owner,
    paths: paths.filter(path => existsSync(join(root, path))),
  }))
}

/** Lets the tests import every package by name, as a program would that has installed them. */
function linkPackages(/** @type {string} */ target) {
  const scope = join(target, 'node_modules/@dl')
  mkdirSync(scope, { recursive: true })
  for (const name of packagesIn('packages')) {
    symlinkSync(join(root, 'packages', name), join(scope, name), 'junction')
  }
}

if (isMain(import.meta.url)) {
  const problems = extractExamples()
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}
