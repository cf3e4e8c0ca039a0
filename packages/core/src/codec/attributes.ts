/** CloudEvents 1.0 attributes, and the extensions that have a field of their own in an envelope. */
export class Attributes {
  specversion: string | undefined = undefined
  id: string | undefined = undefined
  source: string | undefined = undefined
  type: string | undefined = undefined
  time: string | undefined = undefined
  subject: string | undefined = undefined
  datacontenttype: string | undefined = undefined
  dataschema: string | undefined = undefined
  partitionkey: string | undefined = undefined
  correlationid: string | undefined = undefined
  causationid: string | undefined = undefined
  tenantid: string | undefined = undefined
  traceparent: string | undefined = undefined
  tracestate: string | undefined = undefined
  dataversion: string | undefined = undefined
  expirytime: string | undefined = undefined
}

export type AttributeName = keyof Attributes

const ATTRIBUTE_NAMES = Object.freeze(Object.keys(new Attributes())) as readonly AttributeName[]

/** What attributes are prefixed with in headers: Kafka, HTTP, and two ways of AMQP. */
const PREFIXES = Object.freeze(['ce_', 'ce-', 'cloudEvents_', 'cloudEvents:'] as const)

const RESERVED: ReadonlySet<string> = new Set([...ATTRIBUTE_NAMES, 'data'])
const TABLES: ReadonlyMap<string, HeaderNames> = new Map(PREFIXES.map((prefix) => [prefix, prefixed(prefix)]))
const BY_HEADER: ReadonlyMap<string, AttributeName> = new Map(
  PREFIXES.flatMap((prefix) => ATTRIBUTE_NAMES.map((name): [string, AttributeName] => [prefix + name, name])),
)
const BY_MEMBER: ReadonlyMap<string, AttributeName> = new Map(ATTRIBUTE_NAMES.map((name) => [name, name]))

/** The header of each attribute. */
export type HeaderNames = Readonly<Record<AttributeName, string>>

/** The headers of the attributes under one prefix. */
export function headerNames(prefix: string): HeaderNames {
  return TABLES.get(prefix) ?? prefixed(prefix)
}

/** The attribute that a header holds, under any prefix; `undefined` for extensions and other headers. */
export function attributeOfHeader(header: string): AttributeName | undefined {
  return BY_HEADER.get(header)
}

/** The attribute that a member of a JSON event holds. */
export function attributeOfMember(member: string): AttributeName | undefined {
  return BY_MEMBER.get(member)
}

/** The length of the CloudEvents prefix of a header; 0 when it has none. */
export function prefixLength(header: string): number {
  // Most headers are told apart by their first letter.
  if (header.charCodeAt(0) !== 0x63) return 0
  for (const prefix of PREFIXES) if (header.startsWith(prefix)) return prefix.length
  return 0
}

/** Whether a header of the application can be an extension attribute: `[a-z0-9]+`, and no attribute is named so. */
export function isExtensionName(name: string): boolean {
  return /^[a-z0-9]+$/.test(name) && !RESERVED.has(name)
}

function prefixed(prefix: string): HeaderNames {
  return Object.freeze(Object.fromEntries(ATTRIBUTE_NAMES.map((name) => [name, prefix + name]))) as HeaderNames
}
