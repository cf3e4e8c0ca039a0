// Mocha loads test files before it runs global fixtures, and a test file must know on loading whether to skip (only
// then is the reason in a title, and the skipped tests are counted). So the decision is made here, while mocha awaits
// what `require` names; the fixture below only stops what was started. A service that no test file of the run asks
// for is left alone: a run of unit tests costs nothing.

import { bundleCore } from '../scripts/bundle.mjs'
import { describeService, resolve, SERVICES } from '../scripts/services/resolve.mjs'
import { sweep } from '../scripts/services/support/processes.mjs'
import { servicesNeededBy, specFiles } from './needs.mjs'

await bundleCore()

const required = (process.env.GULO_REQUIRE ?? '')
  .split(',')
  .map((name) => name.trim())
  .filter(Boolean)
const wanted = new Set([...servicesNeededBy(specFiles()), ...required])
const undecided = [...wanted].filter((name) => !process.env[`GULO_TEST_${name.toUpperCase()}`])
const started = []
const faults = []

if (undecided.length > 0) await sweep()
for (const name of undecided) {
  if (!(name in SERVICES)) faults.push(`GULO_REQUIRE: ${name} is none of ${Object.keys(SERVICES).join(', ')}`)
  else await decide(name)
}
if (faults.length > 0) await giveUp()
// A signal to `mocha` ends only the process that waits for this one, and nobody is left to read the results; the
// keeper stops the servers.
const parent = process.ppid
if (started.length > 0) setInterval(() => process.ppid !== parent && process.exit(1), 500).unref()

/** Stops what this run started, after the last test. */
export async function mochaGlobalTeardown() {
  await Promise.all(started.map((service) => service.stop()))
}

async function decide(name) {
  // What has to be compiled is not compiled unasked: a first `npm test` is not to take minutes.
  const mayBuild = required.includes(name)
  const service = await resolve(name, { mayBuild, mayInstall: Boolean(process.env.CI) && mayBuild })
  console.log(describeService(service))
  if (service.how === 'started') started.push(service)
  if (service.address) process.env[`GULO_TEST_${name.toUpperCase()}`] = service.address
  else process.env[`GULO_SKIP_${name.toUpperCase()}`] = service.detail
  if (!service.address && required.includes(name)) faults.push(`GULO_REQUIRE: ${name} is missing: ${service.detail}`)
}

async function giveUp() {
  await mochaGlobalTeardown()
  for (const fault of faults) console.error(fault)
  console.log(`0 passed, ${faults.length} failed, 0 skipped`)
  process.exit(1)
}

// Mocha lets a promise that nobody handles pass in silence. Thrown, it fails the test that is running.
process.on('unhandledRejection', (error) => {
  throw error
})
