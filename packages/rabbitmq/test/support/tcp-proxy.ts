import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'

/** A TCP proxy in front of the broker: connections can be cut, answers withheld, newcomers refused. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [client: Socket, broker: Socket]>()
  private withholding = false
  private refusing = false
  private readonly server = createServer((client) => this.accept(client))
  /** Connections that were accepted so far. */
  accepted = 0

  private constructor(private readonly target: URL) {}

  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url))
    proxy.server.listen(0, '127.0.0.1')
    await once(proxy.server, 'listening')
    return proxy
  }

  get url(): string {
    const { port } = this.server.address() as { port: number }
    const url = new URL(this.target)
    url.hostname = '127.0.0.1'
    url.port = String(port)
    return url.href
  }

  /** Breaks every connection. */
  cut(): void {
    for (const [client, broker] of this.pairs) {
      client.destroy()
      broker.destroy()
    }
    this.withholding = false
  }

  /** Lets requests through and keeps the answers, until the cut. */
  withholdAnswers(): void {
    this.withholding = true
    for (const [, broker] of this.pairs) broker.pause()
  }

  /** Keeps requests from the broker, until the cut. */
  withholdRequests(): void {
    for (const [client, broker] of this.pairs) {
      client.unpipe(broker)
      client.pause()
    }
  }

  /** Accepts no connection, or does so again. */
  refuse(refusing: boolean): void {
    this.refusing = refusing
  }

  async close(): Promise<void> {
    this.server.close()
    this.cut()
    await once(this.server, 'close')
  }

  private accept(client: Socket): void {
    if (this.refusing) return void client.destroy()
    this.accepted++
    const broker = dial({ host: this.target.hostname, port: Number(this.target.port || 5672) })
    const pair = [client, broker] as const
    this.pairs.add(pair)
    client.pipe(broker)
    broker.on('data', (bytes) => client.write(bytes))
    if (this.withholding) broker.pause()
    const end = () => {
      this.pairs.delete(pair)
      client.destroy()
      broker.destroy()
    }
    for (const socket of pair) socket.on('close', end).on('error', end)
  }
}
