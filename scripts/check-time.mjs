// Refuses readings of the clock, timers and chance in shipped sources outside core/src/runtime: they are handed in as
// Clock, Random and Runtime, so that a test or a simulation decides what time it is.
import ts from 'typescript'
import { report, reportSelfTest } from './support/report.mjs'
import { parse, placeOf, sourceFiles, walk, workspaces } from './support/sources.mjs'

const RUNTIME = 'packages/core/src/runtime/'

const CLOCK = 'Take a Clock and call clock.now() or clock.monotonic().'
const TIMER = 'Take a Clock and call clock.after(…), or sleep(clock, …).'
const CHANCE = 'Take a Random and call random.next() or random.fill(…).'
const AMBIENT = 'Pass the context as an argument: tracking every await makes all of them slower.'

/** Globals that may not be named at all. */
const GLOBALS = {
  setTimeout: TIMER,
  setInterval: TIMER,
  setImmediate: TIMER,
  performance: CLOCK,
}

/** Members that may not be read off a global. */
const MEMBERS = {
  Date: { now: CLOCK },
  Math: { random: CHANCE },
  process: { hrtime: CLOCK, uptime: CLOCK, nextTick: TIMER },
  AbortSignal: { timeout: TIMER },
  crypto: { randomUUID: CHANCE, getRandomValues: CHANCE },
}

/** Exports of built-in modules that may not be imported; `*` stands for all of them. */
const MODULES = {
  timers: { '*': TIMER },
  'timers/promises': { '*': TIMER },
  perf_hooks: { '*': CLOCK },
  async_hooks: { '*': AMBIENT },
  process: { hrtime: CLOCK, uptime: CLOCK, nextTick: TIMER },
  crypto: Object.fromEntries(
    ['randomUUID', 'getRandomValues', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync', 'webcrypto'].map(
      (name) => [name, CHANCE],
    ),
  ),
}

/** Everything in one file that reads time or chance by itself, one line each. */
export function timeFaults(source) {
  const faults = []
  const declared = declaredNames(source)
  const modules = namespaces(source)
  const add = (node, found, mend) => faults.push(`${placeOf(source, node)} uses ${found}. ${mend}`)
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) checkImport(node, add)
    else if (ts.isIdentifier(node) && isRead(node) && !declared.has(node.text)) checkGlobal(node, add)
    else if (isAccess(node)) checkMember(node, declared, modules, add)
    else if (isBareDate(node) && !declared.has('Date')) add(node, 'the current Date', CLOCK)
    else if (ts.isVariableDeclaration(node)) checkDestructuring(node, declared, modules, add)
  })
  return faults
}

/** Names that this file binds anywhere, so that they are not the globals; a binding of another scope counts as well. */
function declaredNames(source) {
  const names = new Set()
  walk(source, (node) => {
    const binds =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node) ||
      ts.isNamespaceImport(node)
    if (binds && node.name && ts.isIdentifier(node.name)) names.add(node.name.text)
  })
  return names
}

/** Local names of whole built-in modules, by `import x from` and `import * as x from`: name to module. */
function namespaces(source) {
  const found = new Map()
  for (const node of source.statements.filter(ts.isImportDeclaration)) {
    const { name, namedBindings } = node.importClause ?? {}
    if (name) found.set(name.text, builtin(node))
    if (namedBindings && ts.isNamespaceImport(namedBindings)) found.set(namedBindings.name.text, builtin(node))
  }
  return found
}

function builtin(node) {
  return node.moduleSpecifier.text.replace(/^node:/, '')
}

function checkImport(node, add) {
  const refused = MODULES[builtin(node)]
  if (!refused || node.importClause?.isTypeOnly) return
  if (refused['*']) return add(node, `node:${builtin(node)}`, refused['*'])
  const bindings = node.importClause?.namedBindings
  for (const element of bindings && ts.isNamedImports(bindings) ? bindings.elements : []) {
    const name = (element.propertyName ?? element.name).text
    if (refused[name] && !element.isTypeOnly) add(element, name, refused[name])
  }
}

function checkGlobal(node, add) {
  const mend = Object.hasOwn(GLOBALS, node.text) ? GLOBALS[node.text] : undefined
  if (mend) add(node, node.text, mend)
}

function checkMember(node, declared, modules, add) {
  const name = memberName(node)
  const mend = refusedMembers(node.expression, declared, modules)?.[name]
  if (mend) add(node, `${node.expression.getText()}.${name}`, mend)
}

/** `const { now } = Date` and the like. */
function checkDestructuring(node, declared, modules, add) {
  if (!node.initializer || !ts.isObjectBindingPattern(node.name)) return
  const refused = refusedMembers(node.initializer, declared, modules)
  for (const element of refused ? node.name.elements : []) {
    const name = (element.propertyName ?? element.name).getText()
    if (refused[name]) add(element, `${node.initializer.getText()}.${name}`, refused[name])
  }
}

/** What may not be read off an expression: a global, a member of `globalThis`, a whole built-in module. */
function refusedMembers(expression, declared, modules) {
  if (isAccess(expression) && /^(globalThis|global)$/.test(expression.expression.getText())) {
    return MEMBERS[memberName(expression)]
  }
  if (!ts.isIdentifier(expression)) return undefined
  const { text } = expression
  if (modules.has(text)) return MODULES[modules.get(text)]
  if (declared.has(text)) return undefined
  if (text === 'globalThis' || text === 'global') return GLOBALS
  return Object.hasOwn(MEMBERS, text) ? MEMBERS[text] : undefined
}

function isAccess(node) {
  if (ts.isElementAccessExpression(node)) return ts.isStringLiteralLike(node.argumentExpression)
  return ts.isPropertyAccessExpression(node)
}

function memberName(node) {
  return ts.isPropertyAccessExpression(node) ? node.name.text : node.argumentExpression.text
}

/** `new Date()` and `Date()`: both tell the current time. `new Date(value)` and `Date` as a class do not. */
function isBareDate(node) {
  if (!(ts.isNewExpression(node) || ts.isCallExpression(node)) || node.expression.getText() !== 'Date') return false
  return ts.isCallExpression(node) || !node.arguments || node.arguments.length === 0
}

/** Whether an identifier reads a variable, and is no name of a property, a type, a label or a binding. */
function isRead(node) {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) {
    return parent.initializer === node
  }
  if (ts.isPropertyDeclaration(parent)) return parent.initializer === node
  return !ts.isTypeNode(parent) && !ts.isQualifiedName(parent) && !isMemberDeclaration(parent) && !isSpecifier(parent)
}

function isMemberDeclaration(node) {
  return ts.isClassElement(node) || ts.isTypeElement(node) || ts.isFunctionDeclaration(node) || ts.isEnumMember(node)
}

function isSpecifier(node) {
  return (
    ts.isImportSpecifier(node) || ts.isExportSpecifier(node) || ts.isImportClause(node) || ts.isNamespaceImport(node)
  )
}

const CASES = [
  ['Date.now()', ['Date.now']],
  ["Date['now']()", ['Date.now']],
  ['const late = (now = Date.now) => now', ['Date.now']],
  ['const { now } = Date', ['Date.now']],
  ['new Date()', ['current Date']],
  ['new Date', ['current Date']],
  ['Date()', ['current Date']],
  ['setTimeout(go, 1)', ['setTimeout']],
  ['const timers = { setInterval }', ['setInterval']],
  ['globalThis.setImmediate(go)', ['globalThis.setImmediate']],
  ['globalThis.Date.now()', ['globalThis.Date.now']],
  ['process.nextTick(go)', ['process.nextTick']],
  ['AbortSignal.timeout(5)', ['AbortSignal.timeout']],
  ['performance.now()', ['performance']],
  ['process.hrtime.bigint()', ['process.hrtime']],
  ['Math.random()', ['Math.random']],
  ['crypto.randomUUID()', ['crypto.randomUUID']],
  ["import { randomBytes as bytes } from 'node:crypto'", ['randomBytes']],
  ["import * as hidden from 'node:crypto'; hidden.randomInt(9)", ['hidden.randomInt']],
  ["import { setTimeout } from 'node:timers/promises'", ['node:timers/promises']],
  ["import { AsyncLocalStorage } from 'node:async_hooks'", ['node:async_hooks']],
  ['new Date(clock.now()).toISOString(); value instanceof Date; Date.parse(text)', []],
  ['clock.now(); clock.after(5, go); clearTimeout(timer); socket.setTimeout(5)', []],
  ["import { createHash } from 'node:crypto'", []],
  ['function run(performance: Show) { return performance.name }', []],
  ['interface Timers { setTimeout(): void; random: typeof Math }', []],
  ['const options = { setTimeout: 5, performance: 1 }', []],
  ['class Socket { setTimeout(ms: number) { return ms } }', []],
]

if (process.argv.includes('--self-test')) {
  const run = ([text, expected]) => ({ name: text, found: timeFaults(parse('seeded.ts', text)), expected })
  reportSelfTest('check-time', CASES.map(run))
} else {
  const paths = workspaces()
    .filter((folder) => folder.startsWith('packages/'))
    .flatMap((folder) => sourceFiles(`${folder}/src`))
    .filter((path) => !path.startsWith(RUNTIME))
  report(
    'check-time',
    paths.flatMap((path) => timeFaults(parse(path))),
    `${paths.length} files`,
  )
}
