import { createServer } from 'node:net'

// Below the range from which systems take ports for outgoing connections, so that none of those is in the way.
const LOWEST = 20_000
const COUNT = 10_000

/** `count` different free ports of 127.0.0.1. */
export async function freePorts(count) {
  const ports = new Set()
  for (let tries = 0; ports.size < count; tries++) {
    if (tries > 500) throw new Error('No free port between 20000 and 30000 on 127.0.0.1. Close what listens there.')
    const port = LOWEST + Math.floor(Math.random() * COUNT)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
}
