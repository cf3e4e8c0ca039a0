// CPU time of import('@gulo/core'): processes that import it beside processes that import nothing, in turns, so that
// what else the machine does falls on both.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const MAX_MS = 30
const ROUNDS = 15
// `--modules` measures the same code module by module, as it would be without the bundle.
const ENTRY = process.argv.includes('--modules') ? 'packages/core/dist/index.js' : 'packages/core/dist/bundle.js'

if (!existsSync(ENTRY)) {
  console.log(`import-cost: ${ENTRY} is missing. Run npm run build first.`)
  process.exit(1)
}

const core = `await import(${JSON.stringify(pathToFileURL(ENTRY).href)})`
cpuMs(core) // the first reads the files from disk
const empty = []
const loaded = []
for (let round = 0; round < ROUNDS; round++) {
  empty.push(cpuMs(''))
  loaded.push(cpuMs(core))
}
const cost = median(loaded) - median(empty)
console.log(
  `import-cost: ${cost.toFixed(1)} ms CPU for import('@gulo/core'), at most ${MAX_MS} ` +
    `(median of ${ROUNDS}: ${median(loaded).toFixed(1)} with, ${median(empty).toFixed(1)} without)`,
)
if (cost > MAX_MS) process.exitCode = 1

function cpuMs(script) {
  const say = 'const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1000))'
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', `${script}\n;${say}`], { encoding: 'utf8' }),
  )
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]
}
