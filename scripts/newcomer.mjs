// Does what docs/guides/getting-started.md says, as somebody new would: packs the packages, makes an empty folder outside of
// the repository, pastes the page's files, types its commands, and compares what they print with what the page prints.
//   npm run newcomer -- [--typescript 5.9] [--keep]
// With RABBITMQ_URL set, the two processes of the page speak over that broker, under the names `shop` and `warehouse`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { packAll } from './support/newcomer/pack.mjs'
import { stepsOf } from './support/newcomer/page.mjs'
import { speakOverRabbitMq } from './support/newcomer/rabbitmq.mjs'
import { Shell } from './support/newcomer/shell.mjs'

const PAGE = 'docs/guides/getting-started.md'
const { values: options } = parseArgs({ options: { typescript: { type: 'string' }, keep: { type: 'boolean' } } })

const scratch = mkdtempSync(join(tmpdir(), 'gulo-newcomer-'))
const folder = join(scratch, 'app')
const faults = []
try {
  mkdirSync(folder)
  const tarballs = await packAll(['core', 'rabbitmq', 'kafka'], scratch)
  const shell = new Shell(folder, (command) => asPacked(command, tarballs))
  await followPage(shell)
  console.log(`- all of it with TypeScript ${(await shell.run('npx tsc --version')).replace(/\D*/, '').trim()}`)
  await tryVariants(shell)
} catch (error) {
  faults.push(error instanceof Error ? error.message : String(error))
} finally {
  if (options.keep) console.log(`kept ${folder}`)
  else rmSync(scratch, { recursive: true, force: true })
}
for (const fault of faults) console.log(fault)
console.log(faults.length > 0 ? 'newcomer: failed' : 'newcomer: every step of the page does what it says')
process.exitCode = faults.length > 0 ? 1 : 0

/** The page from top to bottom. */
async function followPage(shell) {
  for (const step of stepsOf(readFileSync(PAGE, 'utf8'))) {
    if (step.kind === 'file') paste(step)
    else if (step.role === undefined) await type(shell, step)
    else if (step.role === 'warehouse') await twoProcesses(shell, step)
  }
}

async function type(shell, { commands, expected }) {
  let printed = ''
  for (const command of commands) printed = await shell.run(command)
  if (expected !== undefined) console.log(printed.trimEnd().replace(/^/gm, '  '))
  if (expected !== undefined && printed !== expected) {
    throw new Error(`${commands.at(-1)} printed\n${printed}\nand the page says\n${expected}`)
  }
}

/** Builds in any case; runs both where there is a broker. */
async function twoProcesses(shell, { commands }) {
  await type(shell, { commands: commands.slice(0, -1) })
  const url = process.env.RABBITMQ_URL
  if (url === undefined)
    console.log('  left out: node dist/warehouse.js and node dist/shop.js (RABBITMQ_URL is not set)')
  else await speakOverRabbitMq(url, shell)
}

/** What the page says in passing. */
async function tryVariants(shell) {
  console.log('- the same under standard decorators')
  await shell.run('npx tsc --noEmit --experimentalDecorators false --emitDecoratorMetadata false')
  console.log('- the transport of Kafka instead')
  await shell.run('npm install @gulo/kafka')
  writeFileSync(join(folder, 'src/transport.ts'), readFileSync('examples/docs/src/getting-started/transport-kafka.ts'))
  await shell.run('npx tsc')
  console.log('- TypeScript that compiles to CommonJS')
  await shell.run('npm pkg set type=commonjs')
  for (const file of ['warehouse.ts', 'shop.ts']) rmSync(join(folder, 'src', file))
  const first = readFileSync(join(folder, 'src/first.ts'), 'utf8')
  const at = first.search(/^await /m)
  paste({
    path: 'src/first.ts',
    text: `${first.slice(0, at)}\nasync function main() {\n${first.slice(at)}}\nvoid main()\n`,
  })
  await shell.run('npx tsc')
  const printed = await shell.run('node dist/first.js')
  if (!printed.includes('set aside')) throw new Error(`The CommonJS program printed ${printed}`)
}

function paste({ path, text }) {
  console.log(`- ${path}`)
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** The command with the packed packages instead of those of a registry, and the compiler that was asked for. */
function asPacked(command, tarballs) {
  if (!command.startsWith('npm install')) return command
  const packed = command.replace(/@gulo\/([\w-]+)/g, (_, name) => tarballs.get(name))
  return options.typescript === undefined
    ? packed
    : packed.replace(/\btypescript\b/, `typescript@${options.typescript}`)
}
