import {
  Command,
  Contract,
  DomainEvent,
  EventMapper,
  handler,
  IntegrationEvent,
  Mediator,
  type MessageContext,
  type Result,
  result,
  withIntegrationEvents,
} from '@gulo/core'
import type { PostgresTransaction } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'
import { drain, event } from '../support/writers.js'

class PlaceOrder extends Command<void> {
  readonly ids!: readonly string[]
}
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

const transactionOf = (context: MessageContext) => context.transaction as PostgresTransaction

describeWithDatabase('A savepoint', (pool) => {
  it('takes back the events that commands inside of it have raised', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    await pool.query(`create table ${schema}.items (id text primary key)`)
    const mapper = new EventMapper()
    mapper.register(ItemAdded, ItemAddedV1)
    const add = handler(AddItem, async ({ id }, context) => {
      await transactionOf(context).query(`insert into ${schema}.items values ($1::text)`, [id])
      return result(undefined, new ItemAdded(id))
    })
    const place = handler(PlaceOrder, async ({ ids }, context) => {
      for (const id of ids) {
        await transactionOf(context)
          .savepoint(async () => {
            await context.send(AddItem.of({ id }))
            if (id.startsWith('bad')) throw new Error('changed my mind')
          })
          .catch(() => undefined)
      }
    })
    const { outbox: publisher, unitOfWork } = store
    const inner = new Mediator({ handlers: [add, place] })
    const mediator = withIntegrationEvents(inner, { mapper, publisher, unitOfWork })
    await mediator.send(PlaceOrder.of({ ids: ['a', 'bad', 'b', 'a', 'c'] }))
    const { rows } = await pool.query(`select aggregateid as id from ${schema}.outbox order by seq`)
    expect(rows.map(({ id }) => id)).to.deep.equal(['a', 'b', 'c'])
    expect((await pool.query(`select id from ${schema}.items order by id`)).rows).to.have.length(3)
    await dispose()
  })

  it('takes back a failed inbox entry, so that the rest can commit', async () => {
    const { store, dispose } = await makeStore(pool)
    const entry = { consumer: 'tests', messageId: 'a' }
    const published = event('a')
    await store.unitOfWork.transact(async (transaction) => {
      const once = () => store.inbox.once({ ...entry, transaction }, () => Promise.reject(new Error('wrong')))
      await transaction.savepoint(once).catch(() => undefined)
      await store.outbox.publish([published], { transaction })
    })
    expect(await store.inbox.once(entry, async () => undefined)).to.equal('done')
    expect(await drain(store)).to.deep.equal([published.id])
    await dispose()
  })

  it('inside of another one goes back with it', async () => {
    const { store, dispose } = await makeStore(pool)
    const [first, second, third] = [event('a'), event('a'), event('a')]
    await store.unitOfWork.transact(async (transaction) => {
      const publish = (each: typeof first) => store.outbox.publish([each], { transaction })
      await transaction
        .savepoint(async () => {
          await publish(first)
          await transaction.savepoint(() => publish(second))
          throw new Error('wrong')
        })
        .catch(() => undefined)
      await publish(third)
    })
    expect(await drain(store)).to.deep.equal([third.id])
    await dispose()
  })

  it('whose work hides that a statement has failed is rolled back and says so', async () => {
    const { store, dispose } = await makeStore(pool)
    const kept = event('a')
    const errors: unknown[] = []
    await store.unitOfWork.transact(async (transaction) => {
      await transaction
        .savepoint(async () => {
          await store.outbox.publish([event('a')], { transaction })
          await transaction.query('select 1 / 0').catch(() => undefined)
        })
        .catch((error: unknown) => errors.push(error))
      await store.outbox.publish([kept], { transaction })
    })
    expect(errors).to.have.length(1)
    expect(await drain(store)).to.deep.equal([kept.id])
    await dispose()
  })

  it('beside another one that is open still dooms the transaction', async () => {
    const { store, dispose } = await makeStore(pool)
    const work = store.unitOfWork.transact(async (transaction) => {
      let end = () => {}
      const ended = new Promise<void>((resolve) => {
        end = resolve
      })
      const one = transaction.savepoint(async () => {
        await ended
        await store.outbox.publish([event('a')], { transaction })
      })
      const other = transaction.savepoint(async () => {
        end()
        await one.catch(() => undefined)
      })
      await Promise.allSettled([one, other])
    })
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).to.include({ code: 'POSTGRES_SAVEPOINTS_CROSSED' })
    expect(await drain(store)).to.deep.equal([])
    await dispose()
  })

  it('is refused by a transaction that has ended', async () => {
    const { store, dispose } = await makeStore(pool)
    let ended: PostgresTransaction | undefined
    await store.unitOfWork.transact(async (transaction) => {
      ended = transaction
    })
    const error = await ended?.savepoint(async () => undefined).catch((thrown: unknown) => thrown)
    expect(error).to.include({ code: 'POSTGRES_TRANSACTION_ENDED' })
    await dispose()
  })
})
