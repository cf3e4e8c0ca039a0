// Prints docs/reference/options.md from the options interfaces that the packages export, with what their comments say,
// and the tables of single interfaces into the pages of docs/transports, between two comments:
//   <!-- options: @gulo/kafka KafkaOptions --> … <!-- end of options -->
// `--write` puts them there; `--check` says whether what is there is the same.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { optionsOf } from './support/option-tables.mjs'
import { report } from './support/report.mjs'
import { sourceFiles, workspaces } from './support/sources.mjs'

const PAGE = 'docs/reference/options.md'
const TRANSPORTS = 'docs/transports'
const MARKED = /(<!-- options: (\S+) (\w+) -->\n)[\s\S]*?(\n<!-- end of options -->)/g

const HEAD = `# Options

Every options object of the packages, with its defaults. A duration is a number of milliseconds or a text such as \`'250ms'\`,
\`'10s'\`, \`'15m'\`, \`'2h'\`, \`'7d'\`. Wrong options are refused with \`GULO_CONFIGURATION_INVALID\`, all faults at once.
This page is printed from the comments in the code by \`npm run options:update\`.
`

const sections = workspaces()
  .filter((folder) => folder.startsWith('packages/'))
  .map((folder) => ({ name: folder.replace('packages/', '@gulo/'), tables: tablesOf(folder) }))
  .filter(({ tables }) => tables.length > 0)
const page = [HEAD, ...sections.map(section)].join('\n')
const count = sections.reduce((sum, { tables }) => sum + tables.length, 0)

const pages = [{ path: PAGE, text: page }, ...markedPages()]

if (process.argv.includes('--write')) {
  mkdirSync(dirname(PAGE), { recursive: true })
  for (const { path, text } of pages) writeFileSync(path, text)
} else if (process.argv.includes('--check')) {
  const faults = pages
    .filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
    .map(({ path }) => `${path} is not what the comments say. Run npm run options:update.`)
  report('print-options', faults, `${count} tables`)
} else process.stdout.write(page)

/** The pages that hold marked tables, as they should be. */
function markedPages() {
  return readdirSync(TRANSPORTS)
    .map((name) => `${TRANSPORTS}/${name}`)
    .map((path) => ({ path, text: readFileSync(path, 'utf8').replace(MARKED, withTable) }))
}

function withTable(_, head, packageName, interfaceName, foot) {
  const tables = sections.find(({ name }) => name === packageName)?.tables ?? []
  const found = tables.find(({ name }) => name === interfaceName)
  if (found === undefined) return `${head}\nNo options are named ${interfaceName} in ${packageName}.\n${foot}`
  return `${head}\n${rowsOf(found)}${foot}`
}

/** The tables of what a package exports, those of a service first. */
function tablesOf(folder) {
  const exported = namesIn(`${folder}/src/index.ts`)
  const found = sourceFiles(`${folder}/src`).flatMap(optionsOf)
  return found.filter(({ name }) => exported.has(name)).sort((one, other) => rank(one).localeCompare(rank(other)))
}

/** The words of an index and of the lists it exports whole. */
function namesIn(index) {
  const text = readFileSync(index, 'utf8')
  const lists = [...text.matchAll(/export type \* from '\.\/(.+)\.js'/g)].map(([, list]) =>
    join(dirname(index), `${list}.ts`),
  )
  return new Set([text, ...lists.map((list) => readFileSync(list, 'utf8'))].join('\n').match(/\w+/g))
}

function rank({ name }) {
  return name === 'ServiceOptions' ? '' : name
}

function section({ name, tables }) {
  return `## ${name}\n\n${tables.map(table).join('\n')}`
}

function table({ name, says, inherits, options }) {
  const more = inherits.map((each) => `And those of \`${each}\`.`)
  const words = [says, ...more].filter(Boolean).join(' ')
  const head = `### ${name}\n\n${words ? `${words}\n\n` : ''}`
  return options.length === 0 ? head : `${head}${rowsOf({ options })}`
}

function rowsOf({ options }) {
  const rows = options.map(({ option, type, required, fallback, meaning }) =>
    row([`\`${option}\``, `\`${type}\``, required ? 'required' : (fallback ?? '–'), meaning]),
  )
  return `${row(['option', 'type', 'default', 'meaning'])}\n${row(['---', '---', '---', '---'])}\n${rows.join('\n')}\n`
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`
}
