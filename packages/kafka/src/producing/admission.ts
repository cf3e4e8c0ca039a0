import type { Logger } from '@gulo/core'
import { KafkaFailure } from '../client/client.js'
import { isBarredFromPublishing } from '../client/verdict.js'

export interface AdmissionOptions {
  /** Opens a session; rejects when that one attempt fails. */
  readonly open: () => Promise<void>
  readonly logger: Logger
}

/** Whether the broker lets this client publish: one that may only consume works all the same, and is asked again at each publication. */
export class Admission {
  private readonly options: AdmissionOptions
  private asking: Promise<void> | undefined
  private barred = false

  constructor(options: AdmissionOptions) {
    this.options = options
  }

  get isBarred(): boolean {
    return this.barred
  }

  /** Opens the first session; rejects when that fails for another reason than a missing right. */
  async start(): Promise<void> {
    const { open, logger } = this.options
    try {
      await open()
    } catch (error) {
      if (!(error instanceof KafkaFailure) || !isBarredFromPublishing(error)) throw error
      this.barred = true
      logger.warn(`this Kafka client may consume but not publish: ${error.message}`)
    }
  }

  /** Asks again; calls that come meanwhile share the answer, in their order. */
  ask(): Promise<void> {
    if (this.asking !== undefined) return this.asking
    const asking = this.options.open()
    this.asking = asking
    const over = (barred: boolean) => {
      this.asking = undefined
      this.barred = barred
    }
    // Registered before those of the callers: whoever publishes from then on comes after them.
    void asking.then(
      () => over(false),
      () => over(true),
    )
    return asking
  }
}
