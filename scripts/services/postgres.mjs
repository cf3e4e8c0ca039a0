import { letsIn, missingPrograms, startPostgres } from './postgres/cluster.mjs'
import { ask } from './support/probe.mjs'

/** PostgreSQL: its address is a URL. */
export const postgres = {
  name: 'postgres',
  variables: ['DATABASE_URL'],
  standard: 'postgres://postgres@127.0.0.1:5432/postgres',
  places: (address) => [`${new URL(address).hostname}:${portOf(address)}`],
  /** Rejects when no PostgreSQL answers. One that nobody named must also let `postgres` in without a password. */
  async probe(address, named) {
    const { hostname } = new URL(address)
    const port = portOf(address)
    if (!named) return letsIn(hostname, port)
    return ask(hostname, port, SSL_REQUEST, (bytes) => {
      if ('SNE'.includes(String.fromCharCode(bytes.readUInt8(0)))) return true
      throw new Error(`${hostname}:${port} is no PostgreSQL`)
    })
  },
  missing: missingPrograms,
  async start() {
    const { address, detail, pid, stop } = await startPostgres()
    return { address, detail, pid, stop }
  },
  atPort: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
}

const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex')

function portOf(address) {
  return Number(new URL(address).port || 5432)
}
