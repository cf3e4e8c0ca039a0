import { confluent } from './confluent.mjs'
import { debezium } from './debezium.mjs'
import { kafka } from './kafka.mjs'
import { postgres } from './postgres.mjs'
import { rabbitmq } from './rabbitmq.mjs'
import { composeFault, composeUp } from './support/compose.mjs'
import { freePorts } from './support/ports.mjs'
import { end } from './support/processes.mjs'
import { isAlive, records, remember } from './support/records.mjs'

/** What can be found or brought up, by name. */
export const SERVICES = { kafka, rabbitmq, postgres, confluent, debezium }

/**
 * Finds a service or brings it up: environment variable, `npm run services`, standard port, programs, Docker.
 * Resolves with `{ name, how: 'used' | 'started' | 'skipped', address, detail, stop }`; a skip has its reason as detail.
 * `own` starts a server even where one answers on the standard port.
 * A library is no server: it is found, or built where that can be done; `mayBuild: false` keeps it from
 * being built, `mayInstall` lets a build ask the system for more.
 */
export async function resolve(name, { own = false, mayBuild = true, mayInstall = false } = {}) {
  const service = SERVICES[name]
  if (service.library) return resolveLibrary(service, { mayBuild, mayInstall })
  const found = own ? { reasons: [] } : await find(service)
  if (found.how) return { name, ...found }
  for (const bringUp of [startPrograms, startContainers]) {
    try {
      return { name, how: 'started', ...(await bringUp(service)) }
    } catch (error) {
      found.reasons.push(error.message)
    }
  }
  return { name, how: 'skipped', detail: found.reasons.join('; '), stop: nothing }
}

/** Why a service can be neither found nor brought up; undefined when it can. Nothing is started. */
export async function whyNot(name) {
  if (SERVICES[name].library) return SERVICES[name].missing()
  const found = await find(SERVICES[name])
  if (found.how === 'used') return undefined
  if (found.how === 'skipped') return found.detail
  const faults = [await SERVICES[name].missing(), await composeFault()]
  return faults.every(Boolean) ? [...found.reasons, ...faults].join('; ') : undefined
}

/** One line for people: `kafka: started 127.0.0.1:24311 (Apache Kafka 4.3.1, Java 17)`. */
export function describeService({ name, how, address, detail }) {
  const where = address ? ` ${SERVICES[name].places(address).join(',')}` : ''
  return `${name}: ${how}${where}${detail ? ` (${detail})` : ''}`
}

async function resolveLibrary(service, options) {
  try {
    return { name: service.name, ...(await service.provide(options)), stop: nothing }
  } catch (error) {
    return { name: service.name, how: 'skipped', detail: error.message, stop: nothing }
  }
}

async function find(service) {
  for (const variable of service.variables) {
    const address = process.env[variable]
    if (!address) continue
    const fault = await faultOf(service, address, true)
    // Whoever names a service means that one: another in its place would only hide the mistake.
    if (fault) return { how: 'skipped', detail: `${variable}: ${fault}`, stop: nothing }
    return { how: 'used', address, detail: variable, stop: nothing }
  }
  for (const [address, detail] of [[fromSession(service.name), 'npm run services'], [service.standard]]) {
    const fault = address ? await faultOf(service, address, false) : undefined
    if (address && !fault) return { how: 'used', address, detail, stop: nothing }
    if (fault && !detail) return { reasons: [fault] }
  }
  return { reasons: [] }
}

function fromSession(name) {
  const sessions = records().filter((each) => each.services && isAlive(each.owner, each.ownerBorn))
  return sessions.map((each) => each.services[name]).find(Boolean)
}

async function faultOf(service, address, named) {
  try {
    await service.probe(address, named)
    return undefined
  } catch (error) {
    return error.message
  }
}

async function startPrograms(service) {
  const fault = await service.missing()
  if (fault) throw new Error(fault)
  return service.start()
}

async function startContainers(service) {
  const fault = await composeFault()
  if (fault) throw new Error(fault)
  const [port] = await freePorts(1)
  const record = remember({ name: service.name, project: `gulo-${service.name}-${port}` })
  const stop = () => end(record)
  try {
    await composeUp(record.project, service.name, port)
    const address = service.atPort(port)
    await service.probe(address)
    return { address, detail: 'Docker', stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function nothing() {}
