/**
 * The addresses to ask first. kafkajs goes on to the next one only from one that cannot be connected to; one that
 * accepts and hangs up, as a server of something else does, it asks again and again. So the next client starts with
 * the next address, until one gets through.
 */
export class Seeds {
  private readonly brokers: readonly string[]
  private first = 0

  constructor(brokers: readonly string[]) {
    this.brokers = brokers.map(withoutColons)
  }

  get list(): string[] {
    return [...this.brokers.slice(this.first), ...this.brokers.slice(0, this.first)]
  }

  /** Settles like `connecting`; where that fails, the next client starts elsewhere. */
  async heeding<T>(connecting: Promise<T>): Promise<T> {
    const { first, brokers } = this
    try {
      return await connecting
    } catch (error) {
      // clients that fail together have all tried the same
      if (first === this.first) this.first = (first + 1) % brokers.length
      throw error
    }
  }
}

// kafkajs takes the first colon for the one before the port.
function withoutColons(broker: string): string {
  const [, address, port] = /^\[(.*)\]:(\d+)$/.exec(broker) ?? []
  return address === undefined ? broker : `[${address.replaceAll(':', '_')}]:${port}`
}

/** The host to dial for one of the list. */
export function hostOf(seed: string): string {
  return seed.startsWith('[') ? seed.slice(1, -1).replaceAll('_', ':') : seed
}
