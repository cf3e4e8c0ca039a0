import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Clock, systemClock } from '@gulo/core'
import { fault } from '../faults.js'
import { Connection } from './connection.js'
import type { FrameReader, ProxyFrame, ProxySide } from './frames.js'
import type { DecideFault, ProxyFault } from './proxy-faults.js'

export interface TcpProxyOptions {
  /** Where the server listens: `host:port`. It is dialled for each connection, so it may come and go. */
  readonly target: string
  /** Port to listen on, for servers that must be told it beforehand. @default any free one */
  readonly port?: number
  /** Tells the frames of one connection apart: `kafkaFrames`, `amqpFrames` or your own. @default bytes as they come */
  readonly frames?: () => FrameReader
  /** Decides over every frame. @default all pass */
  readonly decide?: DecideFault
  /** Times delays. @default systemClock */
  readonly clock?: Clock
}

/** How often what has been done so far. */
export interface ProxyCounts {
  readonly connections: number
  readonly refused: number
  readonly cut: number
  readonly reset: number
  readonly swallowed: number
  readonly stalled: number
  readonly halfClosed: number
  readonly delayed: number
}

const BOTH: readonly ProxySide[] = ['client', 'server']

/**
 * Stands between a client and its server on 127.0.0.1 and breaks what passes: by hand, or frame by frame as `decide`
 * says. Not for TLS where frames matter: it sees only ciphertext.
 */
export class TcpProxy {
  private readonly options: TcpProxyOptions
  private readonly server: Server
  private readonly open = new Set<Connection>()
  private readonly stalled = new Set<ProxySide>()
  private readonly counted = { ...NOTHING }
  private decide: DecideFault | undefined
  private refusing = false

  private constructor(options: TcpProxyOptions) {
    this.options = options
    this.decide = options.decide
    this.server = createServer({ allowHalfOpen: true }, (client) => this.accept(client))
  }

  /** Listens. @throws GULO_TEST_PROXY_INVALID */
  static async start(options: TcpProxyOptions): Promise<TcpProxy> {
    const { port = 0, target } = options ?? {}
    if (!TARGET.test(String(target))) throw fault('GULO_TEST_PROXY_INVALID', { wrong: `its target is ${target}` })
    const proxy = new TcpProxy(options)
    try {
      proxy.server.listen({ port, host: '127.0.0.1' })
      await once(proxy.server, 'listening')
    } catch (error) {
      throw fault('GULO_TEST_PROXY_INVALID', { wrong: `port ${port} is not free on 127.0.0.1` }, error)
    }
    return proxy
  }

  get port(): number {
    return (this.server.address() as { port: number }).port
  }

  /** `127.0.0.1:port`, for clients. */
  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.open.size
  }

  get counts(): ProxyCounts {
    return { ...this.counted }
  }

  /** Replaces what decides over frames; without, all pass. */
  use(decide?: DecideFault): void {
    this.decide = decide
  }

  /** Ends every connection. */
  cut(): void {
    this.endAll('cut')
  }

  /** Ends every connection so that both sides see a reset. */
  reset(): void {
    this.endAll('reset')
  }

  /** On every connection, the other side sees the end of what `from` says; `from` is still heard to. */
  halfClose(from: ProxySide): void {
    for (const connection of this.open) connection.halfClose(from)
    this.counted.halfClosed += this.open.size
  }

  /** Holds back what a side says, or both, on these and on later connections; nobody is told. */
  stall(from?: ProxySide): void {
    for (const side of from === undefined ? BOTH : [from]) {
      this.stalled.add(side)
      for (const connection of this.open) connection.stall(side)
    }
    this.counted.stalled += this.open.size
  }

  /** Passes on everything that was held back. */
  resume(): void {
    this.stalled.clear()
    for (const connection of this.open) connection.resume()
  }

  /** Turns newcomers away, or with `false` lets them in again. */
  refuse(refusing = true): void {
    this.refusing = refusing
  }

  async close(): Promise<void> {
    if (!this.server.listening) return
    const closed = once(this.server, 'close')
    this.server.close()
    for (const connection of this.open) connection.end('cut')
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private endAll(how: 'cut' | 'reset'): void {
    this.counted[how] += this.open.size
    for (const connection of this.open) connection.end(how)
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      this.counted.refused += 1
      client.on('error', () => undefined)
      return void client.resetAndDestroy()
    }
    const { target, frames, clock = systemClock } = this.options
    const colon = target.lastIndexOf(':')
    const server = connect({ host: target.slice(0, colon), port: Number(target.slice(colon + 1)), allowHalfOpen: true })
    for (const socket of [client, server]) socket.setNoDelay(true)
    const number = ++this.counted.connections
    const decide = (frame: ProxyFrame) => this.judge(frame)
    const { stalled } = this
    const connection: Connection = new Connection(
      { client, server, stalled, clock, decide, connection: number, reader: frames?.() },
      () => this.open.delete(connection),
    )
    this.open.add(connection)
  }

  private judge(frame: ProxyFrame): ProxyFault | undefined {
    const found = this.decide?.(frame)
    if (found !== undefined) this.counted[typeof found === 'string' ? COUNTER[found] : 'delayed'] += 1
    return found
  }
}

const NOTHING = {
  connections: 0,
  refused: 0,
  cut: 0,
  reset: 0,
  swallowed: 0,
  stalled: 0,
  halfClosed: 0,
  delayed: 0,
}
const COUNTER = {
  cut: 'cut',
  reset: 'reset',
  swallow: 'swallowed',
  stall: 'stalled',
  'half-close': 'halfClosed',
} as const
const TARGET = /^.+:\d{1,5}$/
