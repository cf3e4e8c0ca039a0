import type { CdcSettings } from './cdc-options.js'

/** Where the connector finds the database. Placeholders do: Kafka Connect fills them in where it runs. */
export interface ConnectorAddress {
  readonly host: string
  readonly port: string
  readonly database: string
  readonly user: string
  readonly password: string
}

/** Columns and the headers they become: those of CloudEvents in binary mode, and the trace context. */
export const HEADERS: readonly (readonly [column: string, header: string])[] = [
  ['content_type', 'content-type'],
  ['specversion', 'ce_specversion'],
  ['id', 'ce_id'],
  ['source', 'ce_source'],
  ['type', 'ce_type'],
  ['occurred_at', 'ce_time'],
  ['subject', 'ce_subject'],
  ['aggregateid', 'ce_partitionkey'],
  ['correlation_id', 'ce_correlationid'],
  ['causation_id', 'ce_causationid'],
  ['data_version', 'ce_dataversion'],
  ['data_schema', 'ce_dataschema'],
  ['tenant', 'ce_tenantid'],
  ['traceparent', 'ce_traceparent'],
  ['tracestate', 'ce_tracestate'],
  ['deliver_by', 'ce_expirytime'],
  ['traceparent', 'traceparent'],
  ['tracestate', 'tracestate'],
  ['trace_id', 'trace_id'],
]

// The router fills in the aggregate type, which is the topic.
const ROUTED = '$' + '{routedByValue}'

/** The configuration of a Debezium connector whose records are those that a relay would send through the Kafka transport. */
export function connectorOf(
  schema: string,
  { slot, publication, headers }: CdcSettings,
  address: ConnectorAddress,
): Readonly<Record<string, string>> {
  const table = `${schema}.outbox`
  const own = headers.map(({ column, header }) => [column, header] as const)
  const placed = [...HEADERS, ...own].map(([column, header]) => `${column}:header:${header}`)
  const text = 'org.apache.kafka.connect.storage.StringConverter'
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'database.hostname': address.host,
    'database.port': address.port,
    'database.dbname': address.database,
    'database.user': address.user,
    'database.password': address.password,
    'topic.prefix': schema,
    'plugin.name': 'pgoutput',
    'publication.name': publication,
    'publication.autocreate.mode': 'disabled',
    'slot.name': slot,
    'table.include.list': table,
    // What is still in the table is what nobody has sent, and is read in the order of its keys.
    'snapshot.mode': 'initial',
    'snapshot.select.statement.overrides': table,
    [`snapshot.select.statement.overrides.${table}`]: `select * from "${schema}".outbox order by seq`,
    'skipped.operations': 'u,d,t',
    'tombstones.on.delete': 'false',
    'poll.interval.ms': '10',
    // Without them the slot would keep everything that other tables write.
    'heartbeat.interval.ms': '10000',
    'extended.headers.enabled': 'false',
    'topic.creation.default.partitions': '-1',
    'topic.creation.default.replication.factor': '-1',
    'key.converter': text,
    'header.converter': text,
    'value.converter': 'io.debezium.converters.BinaryDataConverter',
    // For what is no event, such as heartbeats.
    'value.converter.delegate.converter.type': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.delegate.converter.type.schemas.enable': 'false',
    transforms: 'outbox,noid',
    'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
    'transforms.outbox.route.topic.replacement': ROUTED,
    'transforms.outbox.route.tombstone.on.empty.payload': 'true',
    'transforms.outbox.table.field.event.timestamp': 'created_at',
    'transforms.outbox.table.op.invalid.behavior': 'error',
    'transforms.outbox.table.fields.additional.placement': [...placed, 'partition:partition'].join(','),
    'transforms.noid.type': 'org.apache.kafka.connect.transforms.DropHeaders',
    'transforms.noid.headers': 'id',
  }
}
