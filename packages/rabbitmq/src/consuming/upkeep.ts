import { GuloError, type Logger, type Runtime, type Timer } from '@gulo/core'
import type { Link } from '../connection/link.js'
import type { Declarer } from '../declaring/declarer.js'
import { reasonOf } from '../faults.js'
import type { Topology } from '../topology/topology.js'

export interface UpkeepOptions {
  readonly declarer: Declarer
  readonly repairMs: number
  readonly runtime: Runtime
  readonly logger: Logger
}

/** Makes again what a subscription needs: the broker tells nobody that an exchange or a binding was deleted. */
export class Upkeep {
  /** What could not be had when it was last looked for. */
  trouble: string | undefined
  private readonly closing = new AbortController()
  private timer: Timer | undefined
  private running = false
  private wanted = false

  /** `needed` is what is in use at the moment. */
  constructor(
    private readonly link: Link,
    private readonly needed: () => Topology,
    private readonly options: UpkeepOptions,
  ) {}

  start(): void {
    if (this.closing.signal.aborted) return
    this.timer?.cancel()
    this.timer = this.options.runtime.clock.after(this.options.repairMs, () => this.repair())
  }

  stop(): void {
    this.closing.abort()
    this.timer?.cancel()
  }

  /** Looks now, or once more when it is just looking. */
  repair(): void {
    this.wanted = true
    if (!this.running) void this.run()
  }

  private async run(): Promise<void> {
    this.running = true
    while (this.wanted && !this.closing.signal.aborted) {
      this.wanted = false
      await this.look()
    }
    this.running = false
    this.start()
  }

  private async look(): Promise<void> {
    try {
      const model = await this.link.current(this.closing.signal)
      if (model !== undefined) await this.options.declarer.renew(model, this.needed())
      this.trouble = undefined
    } catch (error) {
      // Anything else is that of a lost connection or queue, and there all is set up again.
      if (GuloError.is(error) && !this.closing.signal.aborted) this.found(reasonOf(error))
    }
  }

  private found(trouble: string): void {
    if (this.trouble !== trouble) this.options.logger.error(`rabbitmq: ${trouble}`)
    this.trouble = trouble
  }
}
