import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../support/exec.mjs'
import { until } from '../support/probe.mjs'
import { startProcess } from '../support/processes.mjs'
import { countBrokers } from './metadata.mjs'
import { brokerProperties } from './properties.mjs'

const READY_MS = 90_000

/**
 * One broker (and controller) in a process of its own, formatted and not yet started.
 * - `cluster`: `{ id, voters: ['1@127.0.0.1:port', …], java, libraries }`, the same for all of its brokers
 * - `broker`: `{ id, ports: { client, controller }, folder, options }`
 * - `options`: `{ properties, listeners: [{ name, protocol, port, advertised, properties }], scram: ['SCRAM-SHA-256=[…]'], heapMb }`
 */
export async function prepareBroker(cluster, broker) {
  const { ports, folder, options = {} } = broker
  const config = join(folder, 'server.properties')
  writeFileSync(config, brokerProperties(cluster, broker))
  const users = (options.scram ?? []).flatMap((user) => ['--add-scram', user])
  await kafkaTool(cluster, ['format', '--cluster-id', cluster.id, '--config', config, ...users])
  let running
  return {
    id: broker.id,
    address: `127.0.0.1:${ports.client}`,
    folder,
    pid: () => running?.pid,
    async start() {
      running = startProcess({ name: 'kafka', folder, command: cluster.java, args: javaArgs(cluster, config, options) })
    },
    /** Resolves once it answers and sees `brokers` of its cluster. */
    ready: (brokers = 1) => until(() => see(ports.client, brokers), { timeoutMs: READY_MS, given: running.failure }),
    /** `{ keep: true }` leaves the data for another `start`; `{ by: 'SIGKILL' }` is a crash. */
    stop: (how) => running?.stop(how),
  }
}

async function see(port, brokers) {
  const seen = await countBrokers('127.0.0.1', port)
  if (seen < brokers) throw new Error(`127.0.0.1:${port} sees ${seen} of ${brokers} brokers`)
}

async function kafkaTool({ java, libraries }, args) {
  const { ok, output } = await run(java, [...quiet(libraries), 'kafka.tools.StorageTool', ...args], {
    timeoutMs: 60_000,
  })
  if (!ok) throw new Error(`Kafka's storage could not be formatted: ${output.split('\n').at(-1)}`)
}

function javaArgs({ libraries }, config, { heapMb = 512 }) {
  return ['-Xms128m', `-Xmx${heapMb}m`, '-XX:ActiveProcessorCount=2', ...quiet(libraries), 'kafka.Kafka', config]
}

// Without the level even formatting prints hundreds of lines.
function quiet(libraries) {
  return ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(libraries, '*')]
}
