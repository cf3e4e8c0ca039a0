import * as testing from '@gulo/testing'

/** A proxy in front of the broker of a URL. */
export class TcpProxy {
  private constructor(
    private readonly proxy: testing.TcpProxy,
    readonly url: string,
  ) {}

  static async to(broker: string): Promise<TcpProxy> {
    const url = new URL(broker)
    const proxy = await testing.TcpProxy.start({ target: `${url.hostname}:${url.port || 5672}` })
    url.host = proxy.address
    return new TcpProxy(proxy, url.href)
  }

  /** Connections that were accepted so far. */
  get accepted(): number {
    return this.proxy.counts.connections
  }

  /** Breaks every connection; what was withheld is lost with them. */
  cut(): void {
    this.proxy.cut()
    this.proxy.resume()
  }

  /** Lets requests through and keeps the answers, until the cut. */
  withholdAnswers(): void {
    this.proxy.stall('server')
  }

  /** Keeps requests from the broker, until the cut. */
  withholdRequests(): void {
    this.proxy.stall('client')
  }

  /** Accepts no connection, or does so again. */
  refuse(refusing: boolean): void {
    this.proxy.refuse(refusing)
  }

  close(): Promise<void> {
    return this.proxy.close()
  }
}
