import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findJava } from '../kafka/java.mjs'
import { freePorts } from '../support/ports.mjs'
import { until } from '../support/probe.mjs'
import { startProcess } from '../support/processes.mjs'
import { dataFolder } from '../support/records.mjs'
import { connectLibraries } from './libraries.mjs'

const READY_MS = 60_000

/**
 * A Kafka Connect worker of its own with Debezium, on a free loopback port, which runs `connectors`: a map of name to
 * configuration. Its positions are in a file of its folder; `{ keep: true }` at `stop` leaves them for another `start`.
 */
export async function startConnect({ brokers, connectors, properties = {} }) {
  const { java, fault } = await findJava()
  if (fault) throw new Error(fault)
  const { libraries, plugins } = await connectLibraries()
  const [port] = await freePorts(1)
  const folder = dataFolder('connect')
  const worker = join(folder, 'worker.properties')
  writeFileSync(worker, lines({ ...workerProperties({ brokers, plugins, port, folder }), ...properties }))
  // From files: what is told to a standalone worker over HTTP is forgotten when it is restarted.
  const files = Object.entries(connectors).map(([name, config]) => {
    const file = join(folder, `${name}.properties`)
    writeFileSync(file, lines({ name, ...config }))
    return file
  })
  const memory = ['-Xms128m', '-Xmx512m', '-XX:ActiveProcessorCount=2']
  const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(libraries, '*')]
  const program = 'org.apache.kafka.connect.cli.ConnectStandalone'
  const args = [...memory, ...quiet, program, worker, ...files]
  let running
  return {
    address: `http://127.0.0.1:${port}`,
    /** Resolves once every task of every connector runs. */
    async start() {
      running = startProcess({ name: 'connect', folder, command: java, args })
      const names = Object.keys(connectors)
      const ready = () => Promise.all(names.map((name) => checkRuns(port, name)))
      await until(ready, { timeoutMs: READY_MS, given: () => running.failure() })
    },
    stop: (how) => running?.stop(how),
  }
}

async function checkRuns(port, name) {
  const answer = await fetch(`http://127.0.0.1:${port}/connectors/${name}/status`)
  const { tasks = [] } = answer.ok ? await answer.json() : {}
  const failed = tasks.find(({ state }) => state === 'FAILED')
  if (failed) throw new Error(`the connector ${name} failed: ${failed.trace}`)
  if (tasks.length === 0 || tasks.some(({ state }) => state !== 'RUNNING')) throw new Error(`${name} does not run yet`)
}

function workerProperties({ brokers, plugins, port, folder }) {
  return {
    'bootstrap.servers': brokers,
    'plugin.path': plugins,
    'plugin.discovery': 'service_load',
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'offset.storage.file.filename': join(folder, 'offsets'),
    'offset.flush.interval.ms': 1_000,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  }
}

/** A Java properties file; backslashes would be taken for escapes. */
function lines(properties) {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('')
}
