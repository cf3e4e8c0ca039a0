import type { InboxMessage } from '@gulo/core'
import type { PostgresTransaction } from '../unit-of-work/postgres-transaction.js'
import type { Consumers } from './consumers.js'
import { uuidOf } from './message-id.js'

/** Messages as the tables know them. */
export interface MessageList {
  /** What each of the messages is called here, in their order. */
  readonly names: readonly string[]
  /** Two texts for statements that use {@link EACH}: consumers and message ids, each message once. */
  readonly parameters: readonly [string, string]
}

/**
 * The rows of a list that is given as `$1` and `$2`. Texts with commas, because libraries differ in how they pass arrays.
 */
export const EACH =
  "(select c::smallint, m::uuid from unnest(string_to_array($1::text, ','), string_to_array($2::text, ',')) as l(c, m)) as e(consumer, message_id)"

/** How a row is called here. */
export const NAME = "consumer || ' ' || message_id"

/** Makes a list; rows are in one order for everybody, so that two lists never wait for one another's rows crosswise. */
export async function listOf(
  consumers: Consumers,
  messages: readonly InboxMessage[],
  transaction?: PostgresTransaction,
): Promise<MessageList> {
  const ids = new Map<string, number>()
  for (const { consumer } of messages) {
    if (!ids.has(consumer)) ids.set(consumer, await consumers.idOf(consumer, transaction))
  }
  const names = messages.map(({ consumer, messageId }) => `${ids.get(consumer)} ${uuidOf(messageId)}`)
  const rows = [...new Set(names)].sort().map((name) => name.split(' ') as [string, string])
  const column = (index: 0 | 1) => rows.map((row) => row[index]).join(',')
  return { names, parameters: [column(0), column(1)] }
}
