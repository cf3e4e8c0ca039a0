import { GuloError, type Runtime, sleep } from '@gulo/core'
import { type KafkaAdmin, type KafkaClient, KafkaFailure } from '../client/client.js'
import { refusedBy } from '../client/refusal.js'
import { isHopeless } from '../client/verdict.js'
import type { KafkaSettings } from '../config/settings.js'
import { kafkaFault, reasonOf } from '../faults.js'
import { KafkaProducer } from '../producing/kafka-producer.js'
import { TopicTable } from '../topics/topic-table.js'

/** What a started transport works with. */
export interface Connection {
  readonly admin: KafkaAdmin
  readonly topics: TopicTable
  readonly producer: KafkaProducer
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/** Connects within the start deadline, trying again meanwhile. @throws KAFKA_UNREACHABLE, KAFKA_REFUSED or KAFKA_UNTRUSTED */
export async function connect(client: KafkaClient, settings: KafkaSettings, runtime: Runtime): Promise<Connection> {
  const { brokers, startDeadlineMs: deadlineMs } = settings
  const { clock } = runtime
  const startedAt = clock.monotonic()
  let error: unknown = new Error('no answer')
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const leftMs = deadlineMs - (clock.monotonic() - startedAt)
    const outcome = await tryOnce(client, settings, runtime, leftMs)
    if (outcome.connection !== undefined) return outcome.connection
    // an attempt cut short by the deadline has no reason of its own
    error = outcome.error ?? error
    // a client library that is absent or was told nonsense: the network has no part in it
    if (GuloError.is(error) && !error.retryable) throw error
    if (error instanceof KafkaFailure && isHopeless(error)) throw refusedBy(brokers, 'this client', error)
    if (clock.monotonic() - startedAt + pauseMs >= deadlineMs) {
      throw kafkaFault('KAFKA_UNREACHABLE', { brokers, deadlineMs, reason: reasonOf(error) }, error)
    }
    await sleep(clock, pauseMs)
  }
}

/** Gives the producer until the deadline, then closes everything. */
export async function close({ admin, producer }: Connection, deadlineMs: number): Promise<void> {
  await producer.stop(deadlineMs)
  await admin.close().catch(() => undefined)
  admin.destroy()
}

interface Try {
  readonly connection?: Connection
  readonly error?: unknown
}

/** One attempt with objects of its own: a client that failed to connect is not used again. */
async function tryOnce(client: KafkaClient, settings: KafkaSettings, runtime: Runtime, leftMs: number): Promise<Try> {
  const admin = client.createAdmin()
  const over = new AbortController()
  const late = sleep(runtime.clock, leftMs, over.signal).then((): Try => ({}))
  const topics = new TopicTable(admin, settings, runtime)
  const connectDeadlineMs = settings.connectTimeoutMs + settings.requestTimeoutMs
  const producer = new KafkaProducer({ ...settings, client, topics, runtime, connectDeadlineMs })
  const opening = admin.connect().then(() => producer.start())
  const opened = opening.then(
    (): Try => ({ connection: { admin, topics, producer } }),
    (error: unknown): Try => ({ error }),
  )
  const outcome = await Promise.race([opened, late])
  over.abort()
  if (outcome.connection === undefined) {
    admin.destroy()
    await producer.stop(0)
  }
  return outcome
}
