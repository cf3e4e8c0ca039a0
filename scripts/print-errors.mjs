// Prints docs/reference/errors.md from the error tables that the packages export as X_ERRORS. `--write` puts it there;
// `--check` says whether what is there is the same.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { report } from './support/report.mjs'
import { workspaces } from './support/sources.mjs'

const PAGE = 'docs/reference/errors.md'

const HEAD = `# Errors

Every error is a \`GuloError\` with a \`code\` that keeps its meaning, a \`message\` that ends with the mend, the \`details\`
its braces name, and \`retryable\`: whether the same call may succeed later without a change. A dash says that it will not.
This page is printed from the tables in the code by \`npm run errors:update\`.
`

const tables = await errorTables()
const page = [HEAD, ...tables.map(section)].join('\n')
if (process.argv.includes('--write')) {
  mkdirSync(dirname(PAGE), { recursive: true })
  writeFileSync(PAGE, page)
} else if (process.argv.includes('--check')) {
  const same = existsSync(PAGE) && readFileSync(PAGE, 'utf8') === page
  const faults = same ? [] : [`${PAGE} is not what the tables say. Run npm run errors:update.`]
  report('print-errors', faults, `${tables.length} tables`)
} else process.stdout.write(page)

/** The tables of all packages that are built: `{ name, entries }`, the core first. */
async function errorTables() {
  const found = []
  for (const folder of workspaces().filter((path) => path.startsWith('packages/'))) {
    const entry = `${folder}/dist/index.js`
    const exported = existsSync(entry) ? await import(pathToFileURL(resolve(entry)).href) : {}
    for (const [name, table] of Object.entries(exported)) {
      if (name.endsWith('_ERRORS'))
        found.push({ name: folder.replace('packages/', '@gulo/'), entries: Object.entries(table) })
    }
  }
  return found.sort((one, other) => rank(one).localeCompare(rank(other)))
}

function rank({ name }) {
  return name === '@gulo/core' ? '' : name
}

function section({ name, entries }) {
  const rows = entries.map(([code, { message, mend, retryable }]) =>
    row([`\`${code}\``, message, mend, retryable ? 'yes' : '–']),
  )
  return `## ${name}\n\n${row(['code', 'message', 'mend', 'retryable'])}\n${row(['---', '---', '---', '---'])}\n${rows.join('\n')}\n`
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replace(/[|<]/g, '\\$&')).join(' | ')} |`
}
