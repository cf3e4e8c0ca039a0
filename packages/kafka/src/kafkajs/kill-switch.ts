import net from 'node:net'
import tls from 'node:tls'
import type { ISocketFactory } from 'kafkajs'
import { hostOf } from './seeds.js'

const KEEP_ALIVE_MS = 60_000

/**
 * Opens the sockets of one client and can cut them all. Disconnecting is not enough: a send that is under way
 * connects again by itself and stores an abandoned batch after newer messages.
 */
export class KillSwitch {
  private readonly sockets = new Set<net.Socket>()
  private pulled = false

  readonly socketFactory: ISocketFactory = ({ host: named, port, ssl, onConnect }) => {
    const host = hostOf(named)
    const socket = ssl
      ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : net.connect({ host, port }, onConnect)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    // kafkajs disconnects a socket that never connected again and again, each time leaving a listener on it
    socket.setMaxListeners(0)
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    if (this.pulled) cut(socket)
    return socket
  }

  /** Destroys every socket, and each that is opened later. */
  pull(): void {
    this.pulled = true
    for (const socket of this.sockets) cut(socket)
  }
}

// With an error, so that requests waiting for an answer are rejected at once.
function cut(socket: net.Socket): void {
  socket.destroy(new Error('cut off on purpose'))
}
