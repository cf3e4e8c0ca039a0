// npm run services [-- kafka rabbitmq postgres confluent] [--own] [--detach] | stop | can | sweep
import { startDetached, stopDetached } from './detached.mjs'
import { SERVICES, whyNot } from './resolve.mjs'
import { printSwept, runSession } from './session.mjs'

const USAGE = `npm run services [-- NAME…] [--own] [--detach]   bring up what is missing of ${Object.keys(SERVICES).join(', ')}
npm run services -- stop                         stop what was started with --detach
npm run services -- can                          print which of them can be had here, with commas
npm run services -- sweep                        stop what killed runs left behind`

const words = process.argv.slice(2)
const options = new Set(words.filter((word) => word.startsWith('--')))
const [first, ...rest] = words.filter((word) => !word.startsWith('--'))
const names = [first, ...rest].filter(Boolean)

if (first === 'stop') await stopDetached()
else if (first === 'can') await printObtainable()
else if (first === 'sweep') await printSwept()
else if (names.some((name) => !(name in SERVICES)) || !known(options)) fail()
else if (options.has('--detach')) await startDetached(words.filter((word) => word !== '--detach'))
else await runSession({ names, own: options.has('--own'), detached: options.has('--detached') })

async function printObtainable() {
  const all = await Promise.all(Object.keys(SERVICES).map(async (name) => ({ name, fault: await whyNot(name) })))
  for (const { name, fault } of all) if (fault) console.error(`${name}: ${fault}`)
  console.log(all.flatMap(({ name, fault }) => (fault ? [] : [name])).join(','))
}

function known(given) {
  return [...given].every((each) => ['--own', '--detach', '--detached'].includes(each))
}

function fail() {
  console.error(USAGE)
  process.exitCode = 2
}
