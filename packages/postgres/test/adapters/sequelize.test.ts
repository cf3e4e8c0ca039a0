import { sequelizeTransactions } from '@gulo/postgres/sequelize'
import { DataTypes, Sequelize, type Transaction } from 'sequelize'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase, WAIT_MS } from './database.js'
import { describeLibrary } from './suite.js'

describeWithDatabase('Transactions', (pool) => {
  const { warn } = console
  // It says on the console that a commit was refused, beside rejecting.
  before(() => {
    console.warn = () => undefined
  })
  after(() => {
    console.warn = warn
  })

  describeLibrary<Transaction>({
    name: 'Sequelize',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const sequelize = new Sequelize(databaseUrl, {
        dialect: 'postgres',
        logging: false,
        pool: { max: MAX, acquire: WAIT_MS },
      })
      const columns = { id: { type: DataTypes.TEXT, primaryKey: true }, body: DataTypes.BLOB }
      const items = sequelize.define('items', columns, { schema, timestamps: false, tableName: 'items' })
      return {
        runner: sequelizeTransactions(sequelize),
        insert: (transaction, id, body) => items.create({ id, body }, { transaction }),
        select: async (transaction, sql) => (await sequelize.query(sql, { transaction }))[0],
        rollBack: (transaction) => transaction.rollback(),
        close: () => sequelize.close(),
      }
    },
  })
})
