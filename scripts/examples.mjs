/**
 * Documentation that runs. Every ```ts fence with an import, in the `@example`s of a package's
 * source and in the READMEs, becomes a test under .examples/, where a line `value // → text` says
 * what String(value) is. A fence marked `ts no-run` is compiled only.
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
import { basename, dirname, join } from 'node:path'
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

/** Writes .examples/ anew. The problems are fences that could not become tests. */
export function extractExamples() {
  const target = join(root, '.examples')
  rmSync(target, { recursive: true, force: true })
  linkPackages(target)
  /** @type {string[]} */
  const problems = []
  let count = 0
  for (const { owner, path } of documents()) {
    const text = readFileSync(join(root, path), 'utf8')
    const fences = path.endsWith('.md') ? fencesOfMarkdown(text) : fencesOfSource(text)
    fences.filter(hasImport).forEach((fence, i) => {
      try {
        const name = `${basename(path).replace(/\W/g, '-')}-${i + 1}${fence.run ? '.test' : ''}.ts`
        mkdirSync(join(target, owner), { recursive: true })
        const folder = path.startsWith('packages') ? dirname(path).split('/').slice(3) : []
        const file = join(target, owner, [...folder, name].join('-'))
        writeFileSync(file, toTest(fence, `${path}:${fence.line}`))
        count++
      } catch (error) {
        problems.push(/** @type {Error} */ (error).message)
      }
    })
  }
  return { count, problems }
}

/**
 * The fences of a Markdown text.
 * @param {string} text
 * @returns {Fence[]}
 */
export function fencesOfMarkdown(text) {
  /** @type {Fence[]} */
  const fences = []
  /** @type {Fence | null} */
  let open = null
  for (const [i, line] of text.split('\n').entries()) {
    const mark = line.match(/^```(.*)$/)
    if (open !== null && mark) {
      fences.push(open)
      open = null
    } else if (open !== null) {
      open.code += `${line}\n`
    } else if (mark) {
      const [language, ...flags] = (mark[1] ?? '').trim().split(/\s+/)
      open = { code: '', line: i + 2, run: !flags.includes('no-run') }
      // a fence in another language is passed over as one without imports
      if (language !== 'ts') open = { ...open, code: '// not TypeScript\n' }
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

const hasImport = (/** @type {Fence} */ { code }) =>
  /^import /m.test(code) && !code.startsWith('// not TypeScript\n')

/**
 * A test file out of a fence: its imports, then its body in one test.
 * @param {Fence} fence
 * @param {string} origin where it stands, for messages
 */
export function toTest({ code, run }, origin) {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true)
  /** @type {string[]} */
  const imports = []
  /** Edits of the code, by place: [from, to, text]. @type {[number, number, string][]} */
  const edits = []
  const arrows = findArrows(code)

  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      imports.push(statement.getText())
      edits.push([statement.getFullStart(), statement.end, ''])
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
      const name = node.declarationList.declarations.at(-1)?.name.getText() ?? ''
      edits.push([arrow.start, arrow.end, `; ${check(name, arrow.text)}`])
      arrows.delete(arrow.line)
    }
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(source, visit)
  for (const { text } of arrows.values()) {
    throw new Error(
      `${origin}: "// → ${text}" does not end the line of an expression or a const ` +
        '(a next line that begins with [ or ( would be read as its continuation).',
    )
  }

  let body = code
  for (const [from, to, text] of edits.sort((a, b) => b[0] - a[0])) {
    body = body.slice(0, from) + text + body.slice(to)
  }
  const indented = body.trim().replace(/^(?=.)/gm, '  ')
  const head = [`// ${origin}`, ...imports]
  if (!run)
    return `${[...head, '', 'export async function example() {', indented, '}'].join('\n')}\n`
  const test = `test(${JSON.stringify(origin)}, async () => {`
  const vitest = "import { expect as expected, test } from 'vitest'"
  return `${[...head, vitest, '', test, indented, '})'].join('\n')}\n`
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

/** Where examples may stand, with the folder their tests go to. */
function documents() {
  /** @type {{ owner: string, path: string }[]} */
  const found = []
  const add = (/** @type {string} */ owner, /** @type {string} */ path) => {
    if (existsSync(join(root, path))) found.push({ owner, path })
  }
  add('root', 'README.md')
  for (const name of packagesIn('packages')) {
    add(name, `packages/${name}/README.md`)
    const sources = readdirSync(join(root, 'packages', name, 'src'), { recursive: true })
    for (const file of sources.map(String).sort()) {
      if (file.endsWith('.ts')) add(name, `packages/${name}/src/${file.replaceAll('\\', '/')}`)
    }
  }
  return found
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
  const { count, problems } = extractExamples()
  for (const problem of problems) console.error(problem)
  console.log(`${count} examples`)
  if (problems.length > 0) process.exitCode = 1
}
