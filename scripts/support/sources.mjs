import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const SKIPPED = new Set(['node_modules', 'dist', 'dist-test', 'etc', 'docs', 'peers'])

/** Workspace folders that hold code: `packages/core`, `examples/ecommerce/ordering`, `benchmarks`, … */
export function workspaces() {
  const below = (group) => (existsSync(group) ? readdirSync(group).map((name) => join(group, name)) : [])
  const holds = (folder) => existsSync(join(folder, 'package.json'))
  const examples = below('examples').flatMap((folder) => [folder, ...(holds(folder) ? [] : folders(folder))])
  return [...below('packages'), ...examples, 'benchmarks', 'faults'].filter(holds)
}

function folders(folder) {
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name))
}

/** Paths of the TypeScript files below `folder`, without declarations and outputs. */
export function sourceFiles(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sourceFiles(path)
    return /\.m?ts$/.test(entry.name) && !/\.d\.m?ts$/.test(entry.name) ? [path] : []
  })
}

/** The syntax tree of one file, from disk or of `text`. */
export function parse(path, text = readFileSync(path, 'utf8')) {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

/** Calls `look` with every node below `node`, outer ones first. */
export function walk(node, look) {
  ts.forEachChild(node, (child) => {
    look(child)
    walk(child, look)
  })
}

/** `path:line`, as editors open it. */
export function placeOf(source, node) {
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`
}

/** Every module a file names: imports, re-exports, `import()`, `require()` and types such as `import('x').Y`. */
export function importsOf(source) {
  const found = []
  const add = (node) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ name: node.text, place: placeOf(source, node) })
  }
  walk(source, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier)
    else if (ts.isExternalModuleReference(node)) add(node.expression)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal)
    else if (ts.isCallExpression(node) && loadsModule(node.expression)) add(node.arguments[0])
  })
  return found
}

function loadsModule(callee) {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
}
