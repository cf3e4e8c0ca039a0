import { type PostgresTransaction, postgres } from '@gulo/postgres'
import {
  describeAttemptLog,
  describeDeadLetterAbilities,
  describeDeadLetters,
  describeHeldKeys,
  describeIdempotencyKeyStore,
  describeInbox,
  describeOutbox,
  describePositionStore,
  describeRecurrences,
  describeSchedule,
  describeUnitOfWork,
} from '@gulo/testing'
import { describeWithDatabase, makeStore } from './support/database.js'

describeWithDatabase('On PostgreSQL', (pool) => {
  describeUnitOfWork('the PostgreSQL store', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    await pool.query(`create table ${schema}.value (key text primary key, value text)`)
    return {
      unitOfWork: store.unitOfWork,
      write: async (transaction, key, value) => {
        await (transaction as PostgresTransaction).query(`insert into ${schema}.value values ($1, $2)`, [key, value])
      },
      read: async (key) => {
        const { rows } = await pool.query(`select value from ${schema}.value where key = $1`, [key])
        return rows[0]?.value
      },
      dispose,
    }
  })
  describeOutbox('the PostgreSQL store', async () => {
    const { store, dispose } = await makeStore(pool)
    return { outbox: store.outbox, unitOfWork: store.unitOfWork, dispose }
  })
  describeInbox('the PostgreSQL store', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const expire = async () => {
      await pool.query(`update ${schema}.inbox set received_at = now() - interval '8 days'`)
      await store.clean()
    }
    return { inbox: store.inbox, unitOfWork: store.unitOfWork, expire, dispose }
  })
  describeAttemptLog('the PostgreSQL store', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const afterCrash = () => postgres({ pool, schema }).attempts
    return { attempts: store.attempts, unitOfWork: store.unitOfWork, afterCrash, dispose }
  })
  describeDeadLetters('the PostgreSQL store', async () => {
    const { store, dispose } = await makeStore(pool)
    return { deadLetters: store.deadLetters, dispose }
  })
  describeDeadLetterAbilities('the PostgreSQL store', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const advance = async (ms: number) => {
      await pool.query(
        `update ${schema}.dead_letter set claimed_until = claimed_until - $1 * interval '1 millisecond'`,
        [ms],
      )
    }
    return { deadLetters: store.deadLetters, advance, dispose }
  })
  describeHeldKeys('the PostgreSQL store', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const advance = async (ms: number) => {
      await pool.query(`update ${schema}.held_key set claimed_until = claimed_until - $1 * interval '1 millisecond'`, [
        ms,
      ])
    }
    const { heldKeys, deadLetters, unitOfWork } = store
    return { heldKeys, deadLetters, unitOfWork, advance, dispose }
  })
  describeSchedule('the PostgreSQL store', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const other = postgres({ pool, schema })
    const disposeBoth = async () => {
      await other.stop()
      await dispose()
    }
    return { schedule: store.schedule, unitOfWork: store.unitOfWork, other: other.schedule, dispose: disposeBoth }
  })
  describeRecurrences('the PostgreSQL store', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const other = postgres({ pool, schema })
    const disposeBoth = async () => {
      await other.stop()
      await dispose()
    }
    return { recurrences: store.recurrences, schedule: store.schedule, other: other.recurrences, dispose: disposeBoth }
  })
  describeIdempotencyKeyStore('the PostgreSQL store', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const advance = async (ms: number) => {
      await pool.query(`update ${schema}.idempotency_key set expires_at = expires_at - $1 * interval '1 millisecond'`, [
        ms,
      ])
    }
    return { keys: store.idempotencyKeys, unitOfWork: store.unitOfWork, advance, dispose }
  })
  describePositionStore('the PostgreSQL store', async () => {
    const { store, dispose } = await makeStore(pool)
    return { positions: store.positions, unitOfWork: store.unitOfWork, dispose }
  })
})
