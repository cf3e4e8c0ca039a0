import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { printSwept } from './session.mjs'
import { cacheFolder } from './support/folders.mjs'
import { isAlive, records } from './support/records.mjs'

/** Starts a session in the background and returns when it is ready, having printed what it printed. */
export async function startDetached(words) {
  const logs = ['out', 'err'].map((name) => join(cacheFolder(), `services.${name}`))
  const files = logs.map((log) => openSync(log, 'w'))
  const program = fileURLToPath(new URL('cli.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, ...words, '--detached'], {
    detached: true,
    stdio: ['ignore', ...files],
  })
  for (const file of files) closeSync(file)
  let code
  child.once('exit', (value) => (code = value ?? 1))
  while (code === undefined && !records().some((each) => each.services && each.owner === child.pid)) await sleep(100)
  child.unref()
  process.stdout.write(readFileSync(logs[0], 'utf8'))
  process.stderr.write(readFileSync(logs[1], 'utf8'))
  process.exitCode = code ?? 0
}

/** Stops every session in the background and cleans up after killed ones. */
export async function stopDetached() {
  const sessions = records().filter((each) => each.detached && isAlive(each.owner, each.ownerBorn))
  for (const { owner, services } of sessions) {
    process.kill(owner, 'SIGTERM')
    console.error(`stopping ${Object.keys(services).join(', ')}`)
  }
  while (sessions.some((each) => isAlive(each.owner, each.ownerBorn))) await sleep(100)
  await printSwept()
  if (sessions.length === 0) console.error('nothing runs in the background')
}
