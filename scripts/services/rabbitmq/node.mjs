import { execFile } from 'node:child_process'
import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../support/exec.mjs'
import { freePorts } from '../support/ports.mjs'
import { ask, until } from '../support/probe.mjs'
import { startProcess } from '../support/processes.mjs'
import { dataFolder } from '../support/records.mjs'

const HELLO = Buffer.from('AMQP\0\0\x09\x01', 'latin1')
const run = promisify(execFile)

/**
 * A node of its own on free loopback ports. `plugins` are enabled from the start, `conf` are further lines of
 * rabbitmq.conf; `tls`, with the paths `ca`, `cert` and `key` and `verify` when clients need certificates too, adds a
 * listener at `tlsPort`. `stop` ends it and removes its data; `kill` and `start` are for a node that crashes and comes back.
 */
export async function startRabbitmq({ plugins = [], conf = [], tls } = {}) {
  const [port, tlsPort, distribution, names] = await freePorts(4)
  const folder = dataFolder('rabbitmq')
  const lines = [`listeners.tcp.local = 127.0.0.1:${port}`, ...tlsLines(tls, tlsPort), ...conf]
  const env = nodeEnvironment(folder, { port, distribution, names, plugins, lines })
  // Started by the node itself, the name server would outlive it.
  const epmd = startProcess({
    name: 'epmd',
    folder,
    command: findProgram('epmd'),
    args: ['-address', '127.0.0.1', '-port', String(names)],
  })
  let node
  const start = async () => {
    node = startProcess({ name: 'rabbitmq', folder, command: join(serverFolder(), 'rabbitmq-server'), args: [], env })
    await until(() => greet('127.0.0.1', port), { timeoutMs: 90_000, given: node.failure })
  }
  const stop = async () => {
    await node?.stop()
    await epmd.stop()
  }
  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address: `amqp://guest:guest@127.0.0.1:${port}`,
    tlsPort,
    get pid() {
      return node.pid
    },
    /** Starts it again with its data. */
    start,
    /** Ends it as a crash does; `signal` SIGTERM lets it say goodbye. */
    kill: (signal = 'SIGKILL') => node.stop({ keep: true, by: signal }),
    /** Runs rabbitmqctl on it and answers what that prints. */
    async control(...args) {
      const { stdout } = await run(join(serverFolder(), 'rabbitmqctl'), ['-q', ...args], { env, timeout: 60_000 })
      return stdout
    },
    stop,
  }
}

/** Resolves when a RabbitMQ answers there. */
export function greet(host, port) {
  // Frame of type 1 with method 10.10, connection.start.
  return ask(host, port, HELLO, (bytes) => {
    if (bytes.readUInt8(0) !== 1) throw new Error(`${host}:${port} is no RabbitMQ`)
    return bytes.readUInt32BE(7) === 0x000a000a || undefined
  })
}

/** Why no node can be started here, or undefined when one can. */
export function missingProgram() {
  return serverFolder() && findProgram('epmd') ? undefined : 'no rabbitmq-server'
}

function tlsLines(tls, port) {
  if (tls === undefined) return []
  return [
    `listeners.ssl.local = 127.0.0.1:${port}`,
    `ssl_options.cacertfile = ${tls.ca}`,
    `ssl_options.certfile = ${tls.cert}`,
    `ssl_options.keyfile = ${tls.key}`,
    `ssl_options.verify = ${tls.verify ? 'verify_peer' : 'verify_none'}`,
    `ssl_options.fail_if_no_peer_cert = ${Boolean(tls.verify)}`,
  ]
}

function nodeEnvironment(folder, { port, distribution, names, plugins, lines }) {
  const config = join(folder, 'rabbitmq.conf')
  writeFileSync(config, `${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'enabled_plugins'), `[${plugins.join(',')}].`)
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
