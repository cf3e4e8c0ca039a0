import type { LogEntry } from 'kafkajs'
import { KafkaFailure } from '../client/client.js'
import { GROUP_AUTHORIZATION_FAILED } from '../client/verdict.js'

/**
 * Reads in the log of kafkajs that a broker refuses to name the coordinator of a group, for want of a right to it:
 * kafkajs throws that away, and then says only that no coordinator was found, as it does while brokers start.
 */
export class CoordinatorLog {
  private readonly onRefusal: (failure: KafkaFailure) => void
  private refusal: KafkaFailure | undefined

  constructor(onRefusal: (failure: KafkaFailure) => void = () => undefined) {
    this.onRefusal = onRefusal
  }

  readonly creator =
    () =>
    ({ log: { message, error } }: LogEntry): void => {
      if (!message.startsWith('Response GroupCoordinator')) return
      const text = String(error)
      this.refusal = /not authorized/i.test(text) ? new KafkaFailure(text, GROUP_AUTHORIZATION_FAILED) : undefined
      if (this.refusal !== undefined) this.onRefusal(this.refusal)
    }

  /** Settles like `asking`; what was refused is told as that. */
  async explaining<T>(asking: Promise<T>): Promise<T> {
    this.refusal = undefined
    try {
      return await asking
    } catch (error) {
      throw this.refusal ?? error
    }
  }
}
