import type { ToolCommand } from '@gulo/core'
import type { CdcSettings } from '../cdc/cdc-options.js'
import type { SqlPool } from '../sql/executor.js'
import { cdcConfigCommand } from './cdc-config.js'
import { migrateCommand } from './migrate-command.js'

/** What this package adds to the command line. */
export function storeCommands(
  pool: SqlPool,
  { schema, cdc }: { readonly schema: string; readonly cdc: CdcSettings },
): readonly ToolCommand[] {
  return [migrateCommand(pool, schema), cdcConfigCommand(schema, cdc)]
}
