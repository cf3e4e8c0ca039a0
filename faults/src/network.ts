import { type Random, seededRandom } from '@gulo/core'
import { type FrameReader, type ProxyFault, type ProxyFrame, TcpProxy } from '@gulo/testing'

/** A fault of the network, counted under its name. */
export interface Weather {
  readonly name: string
  readonly fault: ProxyFault
  /** Share of the frames in question, from 0 to 1. */
  readonly share: number
  readonly when: (frame: ProxyFrame) => boolean
}

/** One proxy before each broker, all breaking frames by the same seeded chance. */
export class Network {
  readonly counts: Record<string, number>
  private readonly random: Random
  private readonly proxies: TcpProxy[] = []

  private constructor(
    seed: number,
    private readonly weather: readonly Weather[],
  ) {
    this.random = seededRandom(seed)
    this.counts = Object.fromEntries(weather.map(({ name }) => [name, 0]))
  }

  static async before(
    ports: readonly number[],
    seed: number,
    weather: readonly Weather[],
    frames: () => FrameReader,
  ): Promise<Network> {
    const network = new Network(seed, weather)
    const decide = (frame: ProxyFrame) => network.decide(frame)
    for (const port of ports) {
      network.proxies.push(await TcpProxy.start({ target: `127.0.0.1:${port}`, frames, decide }))
    }
    return network
  }

  get ports(): readonly number[] {
    return this.proxies.map(({ port }) => port)
  }

  get address(): string {
    return this.proxies.map(({ address }) => address).join(',')
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
  }

  private decide(frame: ProxyFrame): ProxyFault | undefined {
    const found = this.weather.find(({ share, when }) => when(frame) && this.random.next() < share)
    if (found !== undefined) this.counts[found.name] = (this.counts[found.name] ?? 0) + 1
    return found?.fault
  }
}
