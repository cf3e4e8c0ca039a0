import {
  Command,
  Contract,
  DomainEvent,
  EventMapper,
  handler,
  IntegrationEvent,
  Mediator,
  type Result,
  result,
  withIntegrationEvents,
} from '@gulo/core'
import { clientOf, type SqlExecutor } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'
import { drain, event } from '../support/writers.js'

class AddItem extends Command<Result<void>> {
  readonly id!: string
}
class ItemAdded extends DomainEvent {
  constructor(readonly id: string) {
    super()
  }
}
@Contract('tests.item.added.v1', { key: 'id' })
class ItemAddedV1 extends IntegrationEvent {
  readonly id!: string
}

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

  it('is joined by a command that is given it, whose events are written with it', async () => {
    const { store, dispose } = await makeStore(pool)
    const mapper = new EventMapper()
    mapper.register(ItemAdded, ItemAddedV1)
    const seen: unknown[] = []
    const add = handler(AddItem, async ({ id }, context) => {
      seen.push(context.transaction, clientOf(context))
      return result(undefined, new ItemAdded(id))
    })
    const { outbox: publisher, unitOfWork } = store
    const mediator = withIntegrationEvents(new Mediator({ handlers: [add] }), { mapper, publisher, unitOfWork })
    const client = await pool.connect()
    for (const commits of [false, true]) {
      await client.query('begin')
      const transaction = store.outbox.enlist(executorOf(client), client)
      await mediator.send(AddItem.of({ id: commits ? 'committed' : 'rolled back' }), { transaction })
      await transaction.flush()
      await client.query(commits ? 'commit' : 'rollback')
      transaction.end(commits)
      expect(seen.splice(0)).to.deep.equal([transaction, client])
    }
    client.release()
    const entries = await store.outbox.claim(10)
    expect(entries.map(({ envelope }) => envelope.partitionKey)).to.deep.equal(['committed'])
    await dispose()
  })

  it('is not written to after the application has ended it by itself', async () => {
    const { store, dispose } = await makeStore(pool)
    const client = await pool.connect()
    await client.query('begin')
    const transaction = store.outbox.enlist(executorOf(client), client)
    await store.outbox.publish([event('a')], { transaction })
    expect(transaction.client).to.equal(client)
    await client.query('rollback')
    const error = await transaction.flush().catch((thrown: unknown) => thrown)
    transaction.end(false)
    client.release()
    expect(error).to.include({ code: 'POSTGRES_TRANSACTION_LOST' })
    expect(await drain(store)).to.deep.equal([])
    await dispose()
  })

  it('has a client only where there is one', () => {
    for (const transaction of [undefined, {}])
      expect(() => clientOf({ transaction }))
        .to.throw()
        .with.property('code', 'POSTGRES_TRANSACTION_FOREIGN')
  })
})
