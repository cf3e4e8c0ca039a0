import { setTimeout as sleep } from 'node:timers/promises'
import { describeService, resolve, SERVICES } from './resolve.mjs'
import { sweep } from './support/processes.mjs'
import { forget, remember } from './support/records.mjs'

/**
 * Brings services up, prints `export` lines on standard output and the rest on standard error, and stays until a
 * signal or the end of its parent; then it stops what it started and nothing else.
 */
export async function runSession({ names, own, detached }) {
  const stopped = waitForStop(detached)
  await printSwept()
  const services = []
  const servers = Object.keys(SERVICES).filter((name) => !SERVICES[name].library)
  for (const name of names.length > 0 ? names : servers) {
    if (stopped.now) break
    const service = await resolve(name, { own, mayInstall: Boolean(process.env.CI) })
    services.push(service)
    console.error(describeService(service))
  }
  for (const { name, address } of services) if (address) console.log(`export ${variableOf(name)}=${address}`)
  const started = services.filter((each) => each.how === 'started')
  const missing = names.length > 0 && services.some((each) => each.how === 'skipped')
  if (started.length > 0 && !missing) await stay(started, { detached, stopped })
  await Promise.all(started.map((each) => each.stop()))
  // What was asked for by name and cannot be had is an error; of "all", whatever there is will do.
  process.exitCode = missing ? 1 : 0
}

function variableOf(name) {
  return SERVICES[name].variables?.[0] ?? `GULO_TEST_${name.toUpperCase()}`
}

/** Stops what killed runs left behind, and says so. */
export async function printSwept() {
  for (const orphan of await sweep()) console.error(`${orphan.name}: cleaned up after a run that was killed`)
}

async function stay(started, { detached, stopped }) {
  const addresses = Object.fromEntries(started.map(({ name, address }) => [name, address]))
  const record = remember({ services: addresses, detached })
  if (!detached) console.error('Ctrl-C stops what was started here.')
  while (!stopped.now) await sleep(250)
  forget(record)
  console.error(`stopping ${started.map((each) => each.name).join(', ')}`)
}

function waitForStop(detached) {
  const parent = process.ppid
  const stopped = { now: false }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (stopped.now = true))
  // Nobody presses Ctrl-C in a shell that is gone.
  if (!detached) setInterval(() => (stopped.now ||= process.ppid !== parent), 500).unref()
  return stopped
}
