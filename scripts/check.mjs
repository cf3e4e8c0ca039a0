// Runs every check, one line each, goes on after a failure, and prints at the end what failed. Words limit it to some:
//   npm run check -- lint arrows
import { spawnSync } from 'node:child_process'
import { delimiter, resolve } from 'node:path'

/** How much of what a failed step says is shown. */
const MAX_LINES = 60

/** In this order: what follows `build` looks at its outputs. */
const STEPS = {
  lock: 'node scripts/check-lock.mjs',
  lint: 'biome check --error-on-warnings --max-diagnostics=100 .',
  promises: 'oxlint --type-aware --deny-warnings',
  time: 'node scripts/check-time.mjs',
  arrows: 'node scripts/check-arrows.mjs',
  sizes: 'node scripts/check-sizes.mjs',
  'dead-code': 'knip --no-progress',
  build: 'npm run -s build',
  api: 'node scripts/check-api.mjs',
  pack: 'node scripts/check-packages.mjs',
  errors: 'node scripts/print-errors.mjs --check',
  docs: 'node scripts/check-docs.mjs && node scripts/print-options.mjs --check && node scripts/partition-spread.mjs --check',
  'self-tests': ['lock', 'time', 'arrows', 'docs']
    .map((name) => `node scripts/check-${name}.mjs --self-test`)
    .join(' && '),
}

const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env.PATH}` }
const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in STEPS))
if (unknown.length > 0) {
  console.log(`check: no step ${unknown.join(', ')}. There are ${Object.keys(STEPS).join(', ')}.`)
  process.exit(2)
}

const wanted = Object.keys(STEPS).filter((name) => named.length === 0 || named.includes(name))
const failed = wanted.filter((name) => !passes(name))
console.log(failed.length > 0 ? `check: failed ${failed.join(', ')}` : `check: ${wanted.length} steps clean`)
process.exitCode = failed.length > 0 ? 1 : 0

function passes(name) {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(STEPS[name], { shell: true, env, encoding: 'utf8', maxBuffer: 2 ** 26 })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const said = `${stdout}${stderr}`.trim()
  const summary = said.startsWith('check-') && status === 0 ? said.match(/(?<=: ).*$/gm).join('; ') : ''
  console.log(`${name.padEnd(10)}  ${status === 0 ? 'ok' : 'FAILED'}  ${seconds} s  ${summary}`.trimEnd())
  if (status !== 0) console.log(shorten(said).replace(/^/gm, '    '))
  return status === 0
}

function shorten(text) {
  const lines = text.split('\n')
  if (lines.length <= MAX_LINES) return text
  return [...lines.slice(0, MAX_LINES), `… and ${lines.length - MAX_LINES} lines more`].join('\n')
}
