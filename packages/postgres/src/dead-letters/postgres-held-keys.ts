import type {
  DeadLetterClaim,
  HeldKey,
  HeldKeyQueue,
  HeldKeys,
  KeyedMessage,
  ParkedMessage,
  Redelivery,
} from '@gulo/core'
import { fromJsonWithBytes, toJsonWithBytes } from '../sql/bytes-as-json.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import { sqlStateOf } from '../sql/problems.js'
import type { Schema } from '../sql/schema.js'
import { type PostgresTransaction, transactionOf } from '../unit-of-work/postgres-transaction.js'
import type { PostgresUnitOfWork } from '../unit-of-work/postgres-unit-of-work.js'
import { shortKey } from './held-letters.js'

const FOREIGN_KEY_VIOLATION = '23503'

/** Held keys in tables. Parking locks the key in the transaction of the handler, so that it is not let go meanwhile. */
export class PostgresHeldKeys implements HeldKeys, HeldKeyQueue {
  private readonly statements: ReturnType<typeof statementsOf>

  constructor(
    private readonly executor: SqlExecutor,
    private readonly unitOfWork: PostgresUnitOfWork,
    schema: Schema,
  ) {
    this.statements = statementsOf(schema)
  }

  /** @throws POSTGRES_TRANSACTION_ENDED, POSTGRES_TRANSACTION_FOREIGN */
  async park(message: KeyedMessage, transaction?: unknown): Promise<'free' | 'parked'> {
    const given = transactionOf(transaction, 'A held key')
    return given === undefined
      ? this.unitOfWork.transact((own) => this.parkWithin(own, message))
      : this.parkWithin(given, message)
  }

  async claim(groups: readonly string[], limit: number, claim: DeadLetterClaim): Promise<readonly HeldKey[]> {
    const values = [claim.owner, claim.forMs, groups, limit]
    return (await this.executor.query<HeldKey>(this.statements.claim, values)).rows
  }

  async renew({ owner, forMs }: DeadLetterClaim): Promise<void> {
    await this.executor.query(this.statements.renew, [owner, forMs])
  }

  async next({ group, key }: HeldKey, owner: string): Promise<ParkedMessage | undefined> {
    const values = [group, shortKey(key), owner]
    const { rows } = await this.executor.query<{ seq: string; redelivery: string }>(this.statements.next, values)
    return rows[0] && { id: rows[0].seq, redelivery: fromJsonWithBytes(rows[0].redelivery) as Redelivery }
  }

  async forget({ group, key }: HeldKey, id: string): Promise<void> {
    await this.executor.query(this.statements.forget, [group, shortKey(key), id])
  }

  async release({ group, key }: HeldKey, owner: string): Promise<boolean> {
    const values = [group, shortKey(key), owner]
    try {
      if ((await this.executor.query(this.statements.free, values)).rowCount > 0) return true
    } catch (error) {
      // Something has come to wait, or to hold it, after this statement had looked.
      if (sqlStateOf(error) !== FOREIGN_KEY_VIOLATION) throw error
    }
    await this.executor.query(this.statements.giveUp, values)
    return false
  }

  private async parkWithin(transaction: PostgresTransaction, message: KeyedMessage): Promise<'free' | 'parked'> {
    const { group, handler, messageId, redelivery } = message
    const values = [group, shortKey(message.key), messageId, handler]
    const { rows } = await transaction.query<{ state: 'held' | 'known' | 'own' }>(this.statements.look, values)
    const state = rows[0]?.state
    if (state === undefined || state === 'own') return 'free'
    if (state === 'held') await transaction.query(this.statements.park, [...values, toJsonWithBytes(redelivery)])
    return 'parked'
  }
}

function statementsOf(schema: Schema) {
  const until = (parameter: string) => `clock_timestamp() + ${parameter}::double precision * interval '1 millisecond'`
  const one = 'consumer = $1::text and key = $2::text'
  const letters = `exists (select from {held_letter} l where l.consumer = h.consumer and l.key = h.key)`
  const statement = (name: string, text: string): Statement => schema.statement(`held_${name}`, text)
  return {
    // The lock lets others park as well, but nobody take the key away until this transaction ends.
    look: statement(
      'look',
      `select case
         when exists (select from {dead_letter} l where l.held_group = h.consumer and l.held_key = h.key
                        and l.message_id = $3::text and l.handler = $4::text) then 'known'
         when exists (select from {dead_letter} l where l.held_group = h.consumer and l.held_key = h.key
                        and l.message_id = $3::text) then 'own'
         else 'held' end as state
       from {held_key} h where ${one} for key share of h`,
    ),
    park: statement(
      'park',
      `insert into {parked_message} (consumer, key, message_id, handler, redelivery)
       values ($1::text, $2::text, $3::text, $4::text, $5::text) on conflict do nothing`,
    ),
    claim: statement(
      'claim',
      `update {held_key} k set claim = $1::uuid, claimed_until = ${until('$2')}
       from (select h.consumer, h.key from {held_key} h
             where h.consumer = any($3::text[]) and (h.claimed_until is null or h.claimed_until < clock_timestamp())
               and not ${letters}
             order by h.since limit $4::int for no key update of h skip locked) free
       where k.consumer = free.consumer and k.key = free.key
       returning k.consumer as "group", k.key`,
    ),
    renew: statement('renew', `update {held_key} set claimed_until = ${until('$2')} where claim = $1::uuid`),
    next: statement(
      'next',
      `select p.seq::text as seq, p.redelivery from {held_key} h join {parked_message} p using (consumer, key)
       where ${one} and h.claim = $3::uuid and not ${letters} order by p.seq limit 1`,
    ),
    forget: statement('forget', `delete from {parked_message} where ${one} and seq = $3::bigint`),
    free: statement(
      'free',
      `delete from {held_key} h where ${one} and claim = $3::uuid and not ${letters}
         and not exists (select from {parked_message} p where p.consumer = h.consumer and p.key = h.key)`,
    ),
    giveUp: statement(
      'give_up',
      `update {held_key} set claim = null, claimed_until = null where ${one} and claim = $3::uuid`,
    ),
  }
}
