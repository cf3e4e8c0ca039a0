import type { ToolCall, ToolCommand } from '@gulo/core'
import type { CdcSettings } from '../cdc/cdc-options.js'
import { connectorOf } from '../cdc/connector.js'
import { setupSql } from '../cdc/setup-sql.js'
import { checkRole } from '../config/settings.js'

const ROLE = 'gulo_cdc'

/** Prints what change data capture has to be told. */
export function cdcConfigCommand(schema: string, settings: CdcSettings): ToolCommand {
  return {
    name: 'cdc config',
    summary: 'Prints the Debezium connector that sends the outbox to Kafka as a relay would, or the SQL it needs.',
    flags: [
      { name: 'sql', help: 'print the SQL for columns, publication and role instead' },
      { name: 'host', value: 'name', help: `host of the database [${fromEnvironment('GULO_CDC_HOST')}]` },
      { name: 'port', value: 'number', help: 'port of the database [5432]' },
      { name: 'database', value: 'name', help: `name of the database [${fromEnvironment('GULO_CDC_DATABASE')}]` },
      { name: 'user', value: 'role', help: `role that the connector logs in as [${ROLE}]` },
    ],
    async run({ flags, print }) {
      const user = text(flags, 'user', ROLE)
      checkRole(user)
      if (flags['sql']) print(setupSql(schema, settings, user))
      else print(JSON.stringify(connectorOf(schema, settings, addressOf(flags, user)), undefined, 2))
    },
  }
}

// What is not said is a placeholder that Kafka Connect fills in where it runs. Passwords are never said.
function addressOf(flags: ToolCall['flags'], user: string) {
  return {
    host: text(flags, 'host', fromEnvironment('GULO_CDC_HOST')),
    port: text(flags, 'port', '5432'),
    database: text(flags, 'database', fromEnvironment('GULO_CDC_DATABASE')),
    user,
    password: fromEnvironment('GULO_CDC_PASSWORD'),
  }
}

function text(flags: ToolCall['flags'], name: string, otherwise: string): string {
  const given = flags[name]
  return typeof given === 'string' ? given : otherwise
}

function fromEnvironment(name: string): string {
  return `\${env:${name}}`
}
