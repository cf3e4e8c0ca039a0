import { parseArgs } from 'node:util'
import { measure } from './measure.js'
import { narrowed } from './narrowed.js'
import { installPeers } from './peers.js'
import { exitCodeOf, toTable } from './report.js'
import { findServices } from './services.js'
import type { Suite } from './suite.js'
import { suites } from './suites.js'

const USAGE = `npm run -s bench -- ${suites.map(({ name }) => name).join('|')} [--json] [--quick] [--no-peers] [--case=TEXT]
npm run -s bench -- peers      installs the libraries Gulo is measured beside`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: true },
      case: { type: 'string', default: '' },
    },
  })
  const [name = 'dispatch'] = positionals
  if (name === 'peers') return installPeers() ? 0 : 1
  const found = suites.find((each) => each.name === name)
  if (found === undefined || positionals.length > 1) throw new Error(`There is no suite ${positionals.join(' ')}.`)
  const suite = narrowed(found, values.case)
  const report = await measureWithService(suite, values)
  console.log(values.json ? JSON.stringify(report) : toTable(report))
  return exitCodeOf(report)
}

async function measureWithService(suite: Suite, wanted: { readonly quick: boolean; readonly peers: boolean }) {
  const peers = wanted.peers && suite.groups.some((group) => group.peers !== undefined) && installPeers()
  const progress = (text: string) => console.error(`${suite.name}: ${text}`)
  // The terminal tells the child as well: it cleans up and ends, which ends the run, which stops what was started here.
  process.once('SIGINT', () => undefined)
  const { address, stop } = await findServices([suite.service ?? []].flat())
  try {
    return await measure(suite, { quick: wanted.quick, peers, progress, service: address })
  } finally {
    await stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
  process.exitCode = 2
}
