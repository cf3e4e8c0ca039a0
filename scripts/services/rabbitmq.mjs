import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { findProgram } from './support/exec.mjs'
import { freePorts } from './support/ports.mjs'
import { ask, until } from './support/probe.mjs'
import { startProcess } from './support/processes.mjs'
import { dataFolder } from './support/records.mjs'

const HELLO = Buffer.from('AMQP\0\0\x09\x01', 'latin1')

/** RabbitMQ: its address is a URL. */
export const rabbitmq = {
  name: 'rabbitmq',
  variables: ['RABBITMQ_URL', 'AMQP_URL'],
  standard: 'amqp://guest:guest@127.0.0.1:5672',
  places: (address) => [`${new URL(address).hostname}:${portOf(address)}`],
  async probe(address) {
    const { hostname, protocol } = new URL(address)
    if (protocol === 'amqps:') return ask(hostname, portOf(address), Buffer.alloc(0))
    // Frame of type 1 with method 10.10, connection.start.
    await ask(hostname, portOf(address), HELLO, (bytes) => {
      if (bytes.readUInt8(0) !== 1) throw new Error(`${hostname}:${portOf(address)} is no RabbitMQ`)
      return bytes.readUInt32BE(7) === 0x000a000a || undefined
    })
  },
  missing: async () => (serverFolder() && findProgram('epmd') ? undefined : 'no rabbitmq-server'),
  start: startNode,
  atPort: (port) => `amqp://guest:guest@127.0.0.1:${port}`,
}

async function startNode() {
  const [port, distribution, names] = await freePorts(3)
  const folder = dataFolder('rabbitmq')
  const env = nodeEnvironment(folder, { port, distribution, names })
  // Started by the node itself, the name server would outlive it.
  const epmd = startProcess({
    name: 'epmd',
    folder,
    command: findProgram('epmd'),
    args: ['-address', '127.0.0.1', '-port', String(names)],
  })
  const node = startProcess({
    name: 'rabbitmq',
    folder,
    command: join(serverFolder(), 'rabbitmq-server'),
    args: [],
    env,
  })
  const stop = async () => {
    await node.stop()
    await epmd.stop()
  }
  const address = rabbitmq.atPort(port)
  try {
    await until(() => rabbitmq.probe(address), { timeoutMs: 90_000, given: node.failure })
  } catch (error) {
    await stop()
    throw error
  }
  return { address, detail: 'a node of its own', pid: node.pid, stop }
}

function nodeEnvironment(folder, { port, distribution, names }) {
  const config = join(folder, 'rabbitmq.conf')
  writeFileSync(config, `listeners.tcp.local = 127.0.0.1:${port}\n`)
  writeFileSync(join(folder, 'enabled_plugins'), '[].')
  return {
    ...process.env,
    PATH: [serverFolder(), process.env.PATH].join(delimiter),
    HOME: folder,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(names),
    RABBITMQ_NODENAME: `gulo${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    // The script then becomes the server instead of a parent that waits for it: one process to stop.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_START_ARGS: '-noinput',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  }
}

// Packages put a wrapper on PATH that changes the user; the script itself lies beside rabbitmq-env.
function serverFolder() {
  const onPath = findProgram('rabbitmq-server')
  const folders = [onPath && dirname(onPath), onPath && dirname(realpathSync(onPath))]
  return folders.find((folder) => folder && existsSync(join(folder, 'rabbitmq-env')))
}

function portOf(address) {
  const { port, protocol } = new URL(address)
  return Number(port || (protocol === 'amqps:' ? 5671 : 5672))
}
