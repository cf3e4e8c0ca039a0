// Packs every package and looks at the result as its users will get it: contents, exports, types, and that it loads by
// import and by require alike.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { report } from './support/report.mjs'
import { workspaces } from './support/sources.mjs'

const SHIPPED = /^(?:(?:dist|src)\/.+|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/
const NOT_SHIPPED = /\.tsbuildinfo$|^dist\/\.|\.test\./

const run = promisify(execFile)
const packages = workspaces().filter((folder) => folder.startsWith('packages/') && !manifestOf(folder).private)
const scratch = mkdtempSync(join(tmpdir(), 'gulo-pack-'))
try {
  const [odd, even] = [0, 1].map((turn) => checkAll(packages.filter((_, index) => index % 2 === turn)))
  const faults = [...(await odd), ...(await even)]
  report('check-packages', faults, `${packages.length} packages`)
} finally {
  rmSync(scratch, { recursive: true })
}

async function checkAll(folders) {
  const faults = []
  for (const folder of folders) faults.push(...(await check(folder)))
  return faults
}

async function check(folder) {
  if (!existsSync(join(folder, 'dist/index.js'))) return [`${folder} has no dist/index.js. Run npm run build first.`]
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', scratch], { cwd: folder })
  const [{ filename, files }] = JSON.parse(stdout)
  const tarball = join(scratch, filename)
  return [
    ...files
      .map(({ path }) => path)
      .filter((path) => !SHIPPED.test(path) || NOT_SHIPPED.test(path))
      .map((path) => `${folder} would ship ${path}. State what is shipped under files in its package.json.`),
    ...(await said(folder, 'publint', ['run', '--strict', tarball])),
    ...(await said(folder, 'attw', [
      tarball,
      '--profile',
      'esm-only',
      '--format',
      'ascii',
      '--no-emoji',
      '--no-color',
    ])),
    ...(await entryFaults(folder)),
  ]
}

async function entryFaults(folder) {
  const subpaths = Object.entries(manifestOf(folder).exports).filter(([subpath]) =>
    /^\.\/(?!package\.json)/.test(subpath),
  )
  const faults = []
  for (const file of ['dist/index.js', ...subpaths.map(([, entry]) => entry.default)]) {
    const path = JSON.stringify(resolve(folder, file))
    faults.push(...(await loads(folder, 'import', `await import(${path})`)))
    faults.push(...(await loads(folder, 'require', `require(${path})`)))
  }
  return faults
}

async function said(folder, tool, args) {
  try {
    await run(join('node_modules/.bin', tool), args)
    return []
  } catch ({ stdout, stderr }) {
    return [`${folder} fails ${tool}:\n${(stdout + stderr).trim()}`]
  }
}

/** A warning is a fault as well: users would see it on every start. */
async function loads(folder, by, script) {
  const type = by === 'import' ? 'module' : 'commonjs'
  try {
    const { stderr } = await run(process.execPath, [`--input-type=${type}`, '--eval', script])
    return stderr.trim() === '' ? [] : [`${folder} loads by ${by} with a warning: ${stderr.trim()}`]
  } catch ({ stderr }) {
    return [`${folder} does not load by ${by}: ${stderr.match(/^\w*Error.*$/m)?.[0] ?? stderr}`]
  }
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
