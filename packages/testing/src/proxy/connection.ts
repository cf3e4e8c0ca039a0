import type { Socket } from 'node:net'
import type { Clock } from '@gulo/core'
import type { ProxySide } from './frames.js'
import { Pipe, type PipeOptions } from './pipe.js'

export interface ConnectionOptions extends Omit<PipeOptions, 'from' | 'source' | 'sink' | 'end'> {
  readonly client: Socket
  readonly server: Socket
  /** The sides whose words are held back from the beginning. */
  readonly stalled: ReadonlySet<ProxySide>
}

/** A client and the server it believes to talk to. */
export class Connection {
  private readonly client: Socket
  private readonly server: Socket
  private readonly clock: Clock
  private readonly pipes: Readonly<Record<ProxySide, Pipe>>

  constructor({ client, server, stalled, ...options }: ConnectionOptions, closed: () => void) {
    this.client = client
    this.server = server
    this.clock = options.clock
    const pipe = (from: ProxySide, source: Socket, sink: Socket) =>
      new Pipe({ ...options, from, source, sink, end: (how) => this.end(how) }, stalled.has(from))
    this.pipes = { client: pipe('client', client, server), server: pipe('server', server, client) }
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      // A broken side is told to the other by 'close', which follows every error.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        other.destroySoon()
        closed()
      })
    }
  }

  end(how: 'cut' | 'reset'): void {
    for (const from of ['client', 'server'] as const) this.pipes[from].drop()
    if (how === 'cut') this.close((socket) => socket.destroy())
    // A client of libuv that polls bytes and the reset behind them at once sees an orderly end: let it read first.
    else this.clock.after(0, () => this.close((socket) => socket.resetAndDestroy()))
  }

  halfClose(from: ProxySide): void {
    this.pipes[from].halfClose()
  }

  stall(from: ProxySide): void {
    this.pipes[from].stall()
  }

  resume(): void {
    this.pipes.client.resume()
    this.pipes.server.resume()
  }

  private close(by: (socket: Socket) => void): void {
    by(this.client)
    by(this.server)
  }
}
