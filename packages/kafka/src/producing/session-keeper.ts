import { type Runtime, sleep, withDeadline } from '@gulo/core'
import type { KafkaClient, ProducerSession } from '../client/client.js'
import { reasonOf } from '../faults.js'
import type { PartitionLine } from './partition-line.js'

/** A producer session in use; once it is not alive any more, nothing it answers counts. */
export class LiveSession {
  readonly producer: ProducerSession
  alive = true
  /** Set when it takes no new batch and is replaced as soon as the last one is settled. */
  retiring = false
  private readonly sent = new Map<PartitionLine, number>()

  constructor(producer: ProducerSession) {
    this.producer = producer
  }

  /** Counts stored records, because sequence numbers end; answers how many there were for the partition. */
  count(line: PartitionLine, records: number): number {
    const total = (this.sent.get(line) ?? 0) + records
    this.sent.set(line, total)
    return total
  }
}

export interface KeeperOptions {
  readonly client: KafkaClient
  readonly runtime: Runtime
  /** Longest time for one attempt to connect, in milliseconds. */
  readonly connectDeadlineMs: number
  onOpen(): void
  onFailure(error: unknown): void
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/** Keeps one producer session open: a session that failed is thrown away whole, and another is built. */
export class SessionKeeper {
  current: LiveSession | undefined
  private readonly options: KeeperOptions
  private readonly stopping = new AbortController()

  constructor(options: KeeperOptions) {
    this.options = options
  }

  /** Opens a session; rejects when this one attempt fails. */
  async open(): Promise<void> {
    const { client, runtime, connectDeadlineMs, onOpen } = this.options
    const producer = client.createProducer()
    try {
      const late = () => new Error(`no producer id within ${connectDeadlineMs} ms`)
      await withDeadline(runtime.clock, connectDeadlineMs, producer.connect(), late)
    } catch (error) {
      // A producer whose connect failed would send without idempotence: it must never be used.
      producer.destroy()
      throw error
    }
    if (this.stopping.signal.aborted) return producer.destroy()
    this.current = new LiveSession(producer)
    onOpen()
  }

  /** Ends a session at once and for good, and opens the next one. */
  kill(session: LiveSession): void {
    if (!this.drop(session)) return
    session.producer.destroy()
    void this.reopen()
  }

  /** Ends a session in which nothing is under way, and opens the next one. */
  retire(session: LiveSession): void {
    if (!this.drop(session)) return
    void session.producer.close().catch(() => session.producer.destroy())
    void this.reopen()
  }

  async stop(graceful: boolean): Promise<void> {
    this.stopping.abort()
    const session = this.current
    if (session === undefined || !this.drop(session)) return
    if (graceful) await session.producer.close().catch(() => undefined)
    session.producer.destroy()
  }

  private drop(session: LiveSession): boolean {
    if (!session.alive) return false
    session.alive = false
    this.current = undefined
    return true
  }

  private async reopen(): Promise<void> {
    const { runtime, onFailure } = this.options
    const { signal } = this.stopping
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.open()
      } catch (error) {
        onFailure(new Error(`connecting: ${reasonOf(error)}`, { cause: error }))
        await sleep(runtime.clock, pauseMs * (0.5 + runtime.random.next()), signal)
      }
    }
  }
}
