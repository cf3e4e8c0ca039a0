import { kafkaFrames, type ProxyFault, type ProxyFrame, TcpProxy } from '@gulo/testing'
import { brokerFault, type StartedKafka, services } from './services.js'

const PATIENCE_MS = 60_000
const START_MS = 120_000

interface Listener {
  readonly name: string
  readonly protocol: string
  readonly port: number
  readonly advertised: number
}

const fault = process.env['GULO_SKIP_KAFKA'] ?? (await brokerFault())

/** `describe` with a broker of its own and a proxy before it; a skipped one that says why where it cannot be. */
export function describeWithBreakingKafka(title: string, body: (kafka: () => BreakingKafka) => void): void {
  if (fault !== undefined) {
    const never = () => {
      throw new Error(fault)
    }
    return void describe.skip(`${title} [skipped: ${fault}]`, () => body(never))
  }
  describe(title, function () {
    this.timeout(PATIENCE_MS)
    let broken: BreakingKafka | undefined
    before(async function () {
      this.timeout(START_MS)
      broken = await BreakingKafka.start()
    })
    after(() => broken?.stop())
    body(() => {
      if (broken === undefined) throw new Error('the broker has not been started')
      return broken
    })
  })
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
