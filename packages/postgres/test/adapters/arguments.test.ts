import { GuloError } from '@gulo/core'
import { drizzleExecutor, drizzleTransactions } from '@gulo/postgres/drizzle'
import { knexExecutor, knexTransactions } from '@gulo/postgres/knex'
import { kyselyExecutor, kyselyTransactions } from '@gulo/postgres/kysely'
import { mikroOrmExecutor, mikroOrmTransactions } from '@gulo/postgres/mikro-orm'
import { pgExecutor, pgTransactions } from '@gulo/postgres/pg'
import { pgliteExecutor, pglitePool, pgliteTransactions } from '@gulo/postgres/pglite'
import { postgresJsExecutor, postgresJsTransactions } from '@gulo/postgres/postgres-js'
import { prismaExecutor, prismaTransactions } from '@gulo/postgres/prisma'
import { sequelizeExecutor, sequelizeTransactions } from '@gulo/postgres/sequelize'
import { typeormExecutor, typeormTransactions } from '@gulo/postgres/typeorm'
import { expect } from 'chai'

const ADAPTERS = {
  drizzleExecutor,
  drizzleTransactions,
  knexExecutor,
  knexTransactions,
  kyselyExecutor,
  kyselyTransactions,
  mikroOrmExecutor,
  mikroOrmTransactions,
  pgExecutor,
  pgTransactions,
  pgliteExecutor,
  pglitePool,
  pgliteTransactions,
  postgresJsExecutor,
  postgresJsTransactions,
  prismaExecutor,
  prismaTransactions,
  sequelizeExecutor,
  sequelizeTransactions,
  typeormExecutor,
  typeormTransactions,
}

describe('An adapter', () => {
  for (const [name, adapter] of Object.entries(ADAPTERS)) {
    it(`says what it wants when it is given something else: ${name}`, () => {
      for (const [wrong, found] of [
        [undefined, 'undefined'],
        [null, 'null'],
        ['text', 'text'],
        [{}, 'a plain object'],
        [new Date(0), 'a Date'],
      ] as const) {
        let error: unknown
        try {
          ;(adapter as (...given: unknown[]) => unknown)(wrong)
        } catch (thrown) {
          error = thrown
        }
        expect(GuloError.is(error, 'GULO_CONFIGURATION_INVALID'), `${name} of ${found}`).to.equal(true)
        expect((error as Error).message).to.include(name)
      }
    })
  }
})
