// A source file does one thing: the longest may have this many lines. Lists have as many as there are things to name: the
// exports of a package, and the cases of a conformance suite.
import { readdirSync, readFileSync } from 'node:fs'
import { report } from './support/report.mjs'
import { sourceFiles } from './support/sources.mjs'

const MAX_LINES = 200

const files = readdirSync('packages')
  .flatMap((name) => sourceFiles(`packages/${name}/src`))
  .filter((path) => !/\/index\.ts$|-cases\.ts$/.test(path))
const sizes = files.map((path) => ({ path, lines: linesOf(path) }))
const largest = sizes.reduce((one, other) => (other.lines > one.lines ? other : one))
const faults = sizes
  .filter(({ lines }) => lines > MAX_LINES)
  .map(({ path, lines }) => `${path} has ${lines} lines, more than ${MAX_LINES}. Give its second thing a file.`)
report('check-sizes', faults, `largest ${largest.path} with ${largest.lines} lines`)

function linesOf(path) {
  return readFileSync(path, 'utf8').trimEnd().split('\n').length
}
