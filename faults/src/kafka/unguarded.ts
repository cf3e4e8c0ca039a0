import { type KafkaOptions, type KafkaSettings, kafkajsClient, type ProducerSession } from '@gulo/kafka'
import { DeferringSession } from './unguarded/deferring-session.js'
import { RetryingSession } from './unguarded/retrying-session.js'
import { TwoInFlightSession } from './unguarded/two-in-flight-session.js'

type MakeSession = (guarded: ProducerSession, settings: KafkaSettings) => ProducerSession

const SESSIONS: Readonly<Record<string, MakeSession>> = {
  'one-request-per-leader': (guarded) => new TwoInFlightSession(guarded),
  'same-batch-again': (guarded) => new DeferringSession(guarded),
  'no-client-retries': (_, settings) => new RetryingSession(settings.brokers),
}

/** The guards of the producer, each taken out by putting another session in its place. */
export const PRODUCER_GUARDS: readonly string[] = Object.keys(SESSIONS)

/** The options of a transport without one of its guards; none when every guard stays. */
export function unguarded(guard: string | undefined): Pick<KafkaOptions, 'client' | 'batchSize'> {
  const makeSession = guard === undefined ? undefined : SESSIONS[guard]
  if (makeSession === undefined) return {}
  return {
    client: (settings) => {
      const client = kafkajsClient(settings)
      return { ...client, createProducer: () => makeSession(client.createProducer(), settings) }
    },
    // Only a batch of the same size is swallowed in the place of another.
    ...(guard === 'same-batch-again' && { batchSize: 1 }),
  }
}
