import { readCommand, usage } from './command.js'
import { cleanUpOnSignals } from './interrupted.js'
import { toTable, violations } from './ledger/ledger.js'

async function main(): Promise<number> {
  const { rig, plan, json } = readCommand(process.argv.slice(2))
  cleanUpOnSignals()
  const ledger = await rig.run({ ...plan, say: (text) => console.error(`${rig.name}: ${text}`) })
  console.log(json ? JSON.stringify(ledger) : toTable(ledger))
  return violations(ledger).length > 0 ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage()}`)
  process.exitCode = 2
}
// Nothing that a library left open may keep a finished run from ending.
process.exit()
