import { kafkaFrames, type ProxyFault, type ProxyFrame, TcpProxy } from '@gulo/testing'

interface StartedKafka {
  readonly address: string
  readonly brokers: readonly StartedBroker[]
  stop(): Promise<void>
}

interface StartedBroker {
  start(): Promise<void>
  ready(): Promise<void>
  stop(how: { readonly keep: boolean }): Promise<void>
}

interface Listener {
  readonly name: string
  readonly protocol: string
  readonly port: number
  readonly advertised: number
}

interface Services {
  startKafka(of: { brokers: number; options: () => object }): Promise<StartedKafka>
  freePorts(count: number): Promise<number[]>
}

/** A broker of its own, and a proxy that clients take for it; `address` is the proxy, `direct` the broker. */
export class BreakingKafka {
  private constructor(
    readonly address: string,
    readonly direct: string,
    readonly proxy: TcpProxy,
    private readonly broker: StartedKafka,
  ) {}

  static async start(): Promise<BreakingKafka> {
    const { freePorts, startKafka } = await services()
    const [port] = (await freePorts(1)) as [number]
    const proxy = await TcpProxy.start({ target: `127.0.0.1:${port}`, frames: kafkaFrames })
    const listener: Listener = { name: 'PROXY', protocol: 'PLAINTEXT', port, advertised: proxy.port }
    try {
      const broker = await startKafka({ brokers: 1, options: () => ({ heapMb: 384, listeners: [listener] }) })
      return new BreakingKafka(proxy.address, broker.address, proxy, broker)
    } catch (error) {
      await proxy.close()
      throw error
    }
  }

  /** Breaks every so many answers to produce requests in turn with each of `faults`. */
  breakAcks(every: number, faults: readonly ProxyFault[]): void {
    let seen = 0
    this.proxy.use(({ from, name }: ProxyFrame) => {
      if (from !== 'server' || name !== 'produce') return undefined
      seen += 1
      return seen % every === 0 ? faults[(seen / every) % faults.length] : undefined
    })
  }

  /** Ends the broker, does `work`, and starts the broker again with its data; the proxy stays where it is. */
  async whileAway(work: () => Promise<void>): Promise<void> {
    const { brokers } = this.broker
    await Promise.all(brokers.map((each) => each.stop({ keep: true })))
    try {
      await work()
    } finally {
      await Promise.all(brokers.map((each) => each.start()))
      await Promise.all(brokers.map((each) => each.ready()))
    }
  }

  async stop(): Promise<void> {
    await this.proxy.close()
    await this.broker.stop()
  }
}

async function services(): Promise<Services> {
  // Compiled files lie as deep as their sources.
  const folder = new URL('../../../../scripts/services/', import.meta.url)
  const load = (path: string) => import(new URL(path, folder).href)
  const [{ startKafka }, { freePorts }] = await Promise.all([load('kafka/cluster.mjs'), load('support/ports.mjs')])
  return { startKafka, freePorts }
}
