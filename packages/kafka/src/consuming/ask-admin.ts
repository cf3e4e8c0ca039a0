import { type KafkaAdmin, type KafkaClient, KafkaFailure } from '../client/client.js'
import { refusedBy } from '../client/refusal.js'
import { isRefusal } from '../client/verdict.js'
import { kafkaFault } from '../faults.js'

/** Asks an admin of its own: one that lives on keeps outdated partitions, and stumbles over topics that are gone. */
export async function askAdmin<T>(
  client: Pick<KafkaClient, 'createAdmin'>,
  ask: (admin: KafkaAdmin) => Promise<T>,
): Promise<T> {
  const admin = client.createAdmin()
  try {
    await admin.connect()
    return await ask(admin)
  } finally {
    admin.destroy()
  }
}

/** Settles like `answer`, with errors that say what was asked. @throws KAFKA_UNREACHABLE or KAFKA_REFUSED */
export async function answered<T>(
  { brokers, requestTimeoutMs: deadlineMs }: { readonly brokers: readonly string[]; readonly requestTimeoutMs: number },
  operation: string,
  answer: Promise<T>,
): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof KafkaFailure)) throw error
    if (isRefusal(error)) throw refusedBy(brokers, operation, error)
    throw kafkaFault('KAFKA_UNREACHABLE', { brokers, deadlineMs, operation, reason: error.message }, error)
  }
}
