import type { SqlExecutor } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'
import { drain, event } from '../support/writers.js'

describeWithDatabase('A transaction that the application has begun', (pool) => {
  const executorOf = (client: {
    query(text: string, values: unknown[]): Promise<{ rows: never[]; rowCount: number | null }>
  }): SqlExecutor => ({
    query: async (statement, parameters = []) => {
      const text = typeof statement === 'string' ? statement : statement.text
      const { rows, rowCount } = await client.query(text, [...parameters])
      return { rows, rowCount: rowCount ?? 0 }
    },
  })

  for (const commits of [true, false]) {
    it(commits ? 'commits the events with its state' : 'takes the events back with its state', async () => {
      const { store, dispose } = await makeStore(pool)
      let told = 0
      store.outbox.onCommit(() => told++)
      const client = await pool.connect()
      const published = event('a')
      await client.query('begin')
      const transaction = store.unitOfWork.enlist(executorOf(client), client)
      await store.outbox.publish([published], { transaction })
      await transaction.flush()
      await client.query(commits ? 'commit' : 'rollback')
      transaction.end(commits)
      client.release()
      expect(told).to.equal(commits ? 1 : 0)
      expect(await drain(store)).to.deep.equal(commits ? [published.id] : [])
      await dispose()
    })
  }

  it('can be that of another library, given as a runner', async () => {
    const ran: string[] = []
    const { store, dispose } = await makeStore(pool, {
      transactions: {
        async run(isolation, work) {
          ran.push(isolation)
          const client = await pool.connect()
          try {
            await client.query('begin')
            const value = await work(executorOf(client), client)
            await client.query('commit')
            return value
          } catch (error) {
            await client.query('rollback')
            throw error
          } finally {
            client.release()
          }
        },
      },
    })
    const published = event('a')
    await store.unitOfWork.transact((transaction) => store.outbox.publish([published], { transaction }))
    await store.unitOfWork
      .transact(async (transaction) => {
        await store.outbox.publish([event('b')], { transaction })
        throw new Error('changed my mind')
      })
      .catch(() => undefined)
    expect(ran).to.deep.equal(['read committed', 'read committed'])
    expect(await drain(store)).to.deep.equal([published.id])
    await dispose()
  })
})
