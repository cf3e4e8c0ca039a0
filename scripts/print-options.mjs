// Prints docs/reference/options.md from the options interfaces that the packages export, with what their comments say.
// `--write` puts it there; `--check` says whether what is there is the same.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { optionsOf } from './support/option-tables.mjs'
import { report } from './support/report.mjs'
import { sourceFiles, workspaces } from './support/sources.mjs'

const PAGE = 'docs/reference/options.md'

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

if (process.argv.includes('--write')) {
  mkdirSync(dirname(PAGE), { recursive: true })
  writeFileSync(PAGE, page)
} else if (process.argv.includes('--check')) {
  const same = existsSync(PAGE) && readFileSync(PAGE, 'utf8') === page
  const faults = same ? [] : [`${PAGE} is not what the comments say. Run npm run options:update.`]
  report('print-options', faults, `${count} tables`)
} else process.stdout.write(page)

/** The tables of what a package exports, those of a service first. */
function tablesOf(folder) {
  const exported = new Set(readFileSync(`${folder}/src/index.ts`, 'utf8').match(/\w+/g))
  const found = sourceFiles(`${folder}/src`).flatMap(optionsOf)
  return found.filter(({ name }) => exported.has(name)).sort((one, other) => rank(one).localeCompare(rank(other)))
}

function rank({ name }) {
  return name === 'ServiceOptions' ? '' : name
}

function section({ name, tables }) {
  return `## ${name}\n\n${tables.map(table).join('\n')}`
}

function table({ name, says, inherits, options }) {
  const rows = options.map(({ option, type, required, fallback, meaning }) =>
    row([`\`${option}\``, `\`${type}\``, required ? 'required' : (fallback ?? '–'), meaning]),
  )
  const more = inherits.map((each) => `And those of \`${each}\`.`)
  const words = [says, ...more].filter(Boolean).join(' ')
  const head = `### ${name}\n\n${words ? `${words}\n\n` : ''}`
  if (rows.length === 0) return head
  return `${head}${row(['option', 'type', 'default', 'meaning'])}\n${row(['---', '---', '---', '---'])}\n${rows.join('\n')}\n`
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`
}
