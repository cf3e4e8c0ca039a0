import { appendFileSync, chownSync, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findProgram, run } from '../support/exec.mjs'
import { freePorts } from '../support/ports.mjs'
import { ask, until } from '../support/probe.mjs'
import { startProcess } from '../support/processes.mjs'
import { dataFolder } from '../support/records.mjs'

/**
 * A cluster of its own on a free loopback port, where `postgres` needs no password; `settings` are further lines of
 * postgresql.conf. `stop` ends it and removes its data; with `keep`, and `by` SIGINT for a fast shutdown or SIGQUIT for
 * an immediate one, it can be started again.
 */
export async function startPostgres({ settings = [] } = {}) {
  const folder = dataFolder('postgres')
  const data = join(folder, 'data')
  const programs = await binaries()
  const user = isRoot() ? await unprivileged() : {}
  if (user.uid) chownSync(folder, user.uid, user.gid)
  const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  const made = await run(join(programs, 'initdb'), init, { ...user, cwd: folder, timeoutMs: 60_000 })
  if (!made.ok) throw new Error(`initdb failed: ${made.output.split('\n').at(-1)}`)
  const [port] = await freePorts(1)
  appendFileSync(join(data, 'postgresql.conf'), [...settingsAt(port), ...settings, ''].join('\n'))
  let server
  const start = async () => {
    // SIGINT is PostgreSQL's fast shutdown: SIGTERM would wait for every client to leave.
    const command = join(programs, 'postgres')
    server = startProcess({ name: 'postgres', folder, command, args: ['-D', data], signal: 'SIGINT', ...user })
    await until(() => letsIn('127.0.0.1', port), { timeoutMs: 30_000, given: server.failure })
  }
  const stop = (how) => server.stop(how)
  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  const { output } = await run(join(programs, 'postgres'), ['--version'])
  return {
    address: `postgres://postgres@127.0.0.1:${port}/postgres`,
    detail: `PostgreSQL ${/[\d.]+/.exec(output)}`,
    get pid() {
      return server.pid
    },
    /** Starts it again with its data. */
    start,
    stop,
  }
}

/** Why no cluster can be started here, or undefined when one can. */
export async function missingPrograms() {
  if (!(await binaries())) return 'no initdb'
  return isRoot() && !(await unprivileged()) ? 'no user but root to run PostgreSQL as' : undefined
}

/** Resolves when a PostgreSQL answers there and lets `postgres` in without a password. */
export function letsIn(host, port) {
  return ask(host, port, startupMessage('postgres', 'postgres'), (bytes) => {
    if (String.fromCharCode(bytes.readUInt8(0)) === 'R' && bytes.readInt32BE(5) === 0) return true
    throw new Error(`${host}:${port} does not let postgres in without a password: name it in DATABASE_URL`)
  })
}

function settingsAt(port) {
  return [
    '',
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    "unix_socket_directories = ''",
    'wal_level = logical',
    'max_replication_slots = 30',
    'max_wal_senders = 30',
    "max_slot_wal_keep_size = '256MB'",
  ]
}

/** The folder with both initdb and postgres; systems often put only the former on PATH. */
async function binaries() {
  const config = findProgram('pg_config') ? (await run('pg_config', ['--bindir'])).output : ''
  const packaged = '/usr/lib/postgresql'
  const versions = existsSync(packaged) ? readdirSync(packaged).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    config,
    ...versions.map((version) => join(packaged, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => folder && ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))))
}

function isRoot() {
  return process.getuid?.() === 0
}

async function unprivileged() {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    if (uid.ok && gid.ok) return { uid: Number(uid.output), gid: Number(gid.output) }
  }
  return undefined
}

function startupMessage(user, database) {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, 'latin1')
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length + 4)
  return Buffer.concat([size, body])
}
