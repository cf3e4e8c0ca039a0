import { createRuntime } from '@gulo/core'
import { expect } from 'chai'
import pg from 'pg'
import { describeWithDatabase, makeStore } from '../support/database.js'

const { newId } = createRuntime()

describeWithDatabase('A consumer that the inbox meets for the first time', (pool) => {
  it('needs no second connection in a transaction that is open already', async () => {
    const only = new pg.Pool({ ...pool.options, max: 1, connectionTimeoutMillis: 2000 })
    const { store, dispose } = await makeStore(only)
    const messages = [newId(), newId()].map((messageId) => ({ consumer: 'new', messageId }))
    const enter = () =>
      store.unitOfWork.transact((transaction) =>
        store.inbox.once({ consumer: 'new', messageId: messages[0]?.messageId ?? '', transaction }, async () => {}),
      )
    expect([await enter(), await enter()]).to.deep.equal(['done', 'duplicate'])
    let news: readonly boolean[] = []
    await store.unitOfWork.transact((transaction) =>
      store.inbox.onceEach(messages, transaction, async (isNew) => {
        news = isNew
        return messages.length
      }),
    )
    expect(news).to.deep.equal([false, true])
    await dispose()
    await only.end()
  })

  it('is not remembered by a number that was rolled back, with its transaction or with a savepoint', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const once = (transaction: unknown) =>
      store.inbox.once({ consumer: 'new', messageId: newId(), transaction }, async () => {})
    const wrong = new Error('wrong')
    await store.unitOfWork
      .transact(async (transaction) => {
        await once(transaction)
        await once(transaction)
        throw wrong
      })
      .catch(() => undefined)
    await store.unitOfWork.transact(async (transaction) => {
      const failing = transaction.savepoint(async () => {
        await once(transaction)
        throw wrong
      })
      expect(await failing.catch((error: unknown) => error)).to.equal(wrong)
    })
    await once(undefined)
    const { rows } = await pool.query(
      `select count(*)::int as known from ${schema}.inbox join ${schema}.consumer on consumer = consumer.id`,
    )
    expect(rows[0].known).to.equal(1)
    await dispose()
  })
})
