import { type Codec, cloudEventsBinary } from '@gulo/core'

/** How change data capture finds what the outbox says. The defaults are told apart by the schema. */
export interface CdcOptions {
  /** The replication slot of the connector, which the connector makes: lower-case letters, digits and underscores. @default '<schema>_outbox' */
  readonly slot?: string
  /** The publication that the connector reads: lower-case letters, digits and underscores. @default '<schema>_outbox' */
  readonly publication?: string
  /**
   * Names of application headers, each of which gets a column of its own, since a header can only be made of a column;
   * an event with another one is refused. @default none
   */
  readonly headers?: readonly string[]
}

/** The same with every default filled in. */
export interface CdcSettings {
  readonly slot: string
  readonly publication: string
  readonly headers: readonly HeaderColumn[]
}

/** An application header and where it is on its way. */
export interface HeaderColumn {
  /** As the application names it. */
  readonly name: string
  readonly column: string
  /** As it is named on the wire. */
  readonly header: string
}

const NAME = /^[a-z_][a-z0-9_]{0,62}$/
// What separates the parts of the connector's list of headers.
const UNLISTABLE = /[,:\s]/

export function cdcSettingsOf(options: CdcOptions, schema: string): CdcSettings {
  const { slot = `${schema}_outbox`, publication = `${schema}_outbox`, headers = [] } = options
  return { slot, publication, headers: columnsOf(headers) }
}

/** What is wrong with the options, each with its mend. */
export function cdcFaults(options: CdcOptions | undefined): string[] {
  if (options === undefined) return []
  if (typeof options !== 'object' || options === null) return [`cdc is ${String(options)}; expected an object.`]
  const names = (['slot', 'publication'] as const)
    .filter((name) => options[name] !== undefined && !NAME.test(String(options[name])))
    .map(
      (name) => `cdc.${name} is ${String(options[name])}; expected at most 63 lower-case letters, digits, underscores.`,
    )
  return [...names, ...headerFaults(options.headers)]
}

function headerFaults(headers: readonly string[] | undefined): string[] {
  if (headers === undefined) return []
  if (!Array.isArray(headers)) return [`cdc.headers is ${String(headers)}; expected a list of names.`]
  const wrong = headers.filter(
    (name) => typeof name !== 'string' || UNLISTABLE.test(name) || wireName(name) === undefined,
  )
  if (wrong.length > 0)
    return [
      `cdc.headers has ${wrong.map(String).join(', ')}; expected names of the application's own headers, without , : and spaces.`,
    ]
  const columns = new Set(headers.map(columnOf))
  return columns.size === headers.length ? [] : ['cdc.headers has names that are alike but for case and signs.']
}

function columnsOf(headers: readonly string[]): readonly HeaderColumn[] {
  return headers.map((name) => ({ name, column: columnOf(name), header: wireName(name) as string }))
}

function columnOf(name: string): string {
  return `header_${name.toLowerCase().replace(/[^a-z0-9]/g, '_')}`
}

const codec: Codec = cloudEventsBinary
const NOTHING = { id: 'i', source: 's', type: 't', topic: 't', payload: undefined }

/** What the codec makes of a header's name; `undefined` where it refuses it. */
function wireName(name: string): string | undefined {
  try {
    const { headers } = codec.encode({ ...NOTHING, headers: { [name]: 'x' } }, { prefix: 'ce_' })
    return Object.keys(headers).find((each) => headers[each] === 'x')
  } catch {
    return undefined
  }
}
