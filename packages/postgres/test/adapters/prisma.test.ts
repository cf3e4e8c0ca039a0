import { prismaTransactions } from '@gulo/postgres/prisma'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase, WAIT_MS } from './database.js'
import { describeLibrary } from './suite.js'
import { makePrismaClient, type PrismaTransaction } from './support/prisma-client.js'

describeWithDatabase('Transactions', (pool) => {
  describeLibrary<PrismaTransaction>({
    name: 'Prisma',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const prisma = makePrismaClient({ connectionString: databaseUrl, max: MAX })
      return {
        runner: prismaTransactions(prisma, { maxWaitMs: WAIT_MS, timeoutMs: 20_000 }),
        insert: (client, id, body = Buffer.alloc(0)) =>
          client.$executeRawUnsafe(`insert into ${schema}.items values ($1, $2)`, id, body),
        select: (client, sql) => client.$queryRawUnsafe<unknown[]>(sql),
        close: () => prisma.$disconnect(),
      }
    },
  })
})
