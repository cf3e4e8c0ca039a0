import { coreFault } from '../faults.js'

/** How to use `@confluentinc/kafka-javascript`. Everything has a default. */
export interface ConfluentOptions {
  /** The module, loaded by yourself: for bundlers and tests. @default `import('@confluentinc/kafka-javascript')` */
  readonly module?: unknown
  /** Keys of librdkafka for every connection, such as `'socket.keepalive.enable'`. @default {} */
  readonly driverOptions?: Readonly<Record<string, string | number | boolean>>
}

const OURS = 'belongs to the guarantees of this transport'
const ELSEWHERE = 'is an option of kafka()'

/** Keys that would break a promise, or say again what `kafka()` is told. */
const RESERVED: Readonly<Record<string, string>> = {
  'enable.idempotence': OURS,
  'enable.gapless.guarantee': OURS,
  'transactional.id': OURS,
  acks: OURS,
  'request.required.acks': OURS,
  retries: OURS,
  'message.send.max.retries': OURS,
  'message.timeout.ms': OURS,
  'delivery.timeout.ms': OURS,
  'queuing.strategy': OURS,
  dr_cb: OURS,
  dr_msg_cb: OURS,
  event_cb: OURS,
  rebalance_cb: OURS,
  offset_commit_cb: OURS,
  'enable.auto.commit': OURS,
  'enable.auto.offset.store': OURS,
  'enable.partition.eof': OURS,
  'message.max.bytes': OURS,
  'bootstrap.servers': ELSEWHERE,
  'metadata.broker.list': ELSEWHERE,
  'client.id': ELSEWHERE,
  'group.id': 'is the group of the subscription',
  'auto.offset.reset': ELSEWHERE,
  'compression.type': ELSEWHERE,
  'compression.codec': ELSEWHERE,
  'security.protocol': ELSEWHERE,
  'sasl.mechanism': ELSEWHERE,
  'sasl.mechanisms': ELSEWHERE,
  'group.protocol': OURS,
  'partition.assignment.strategy': OURS,
  'session.timeout.ms': ELSEWHERE,
  'heartbeat.interval.ms': ELSEWHERE,
}

/** @throws GULO_CONFIGURATION_INVALID with every fault at once */
export function checkOptions(options: ConfluentOptions): void {
  if (typeof options !== 'object' || options === null) throw invalid([`options is ${String(options)}; pass an object.`])
  const { module, driverOptions = {} } = options
  const faults: string[] = []
  if (module !== undefined && !isDriver(module)) faults.push('module is not @confluentinc/kafka-javascript.')
  if (typeof driverOptions !== 'object' || driverOptions === null) {
    faults.push(`driverOptions is ${String(driverOptions)}; expected keys of librdkafka.`)
  } else faults.push(...Object.entries(driverOptions).flatMap(([key, value]) => faultOf(key, value)))
  if (faults.length > 0) throw invalid(faults)
}

/** The one error for options that cannot be used. */
export function invalid(faults: readonly string[], cause?: unknown): Error {
  const details = { component: 'confluent', count: faults.length, faults: faults.join(' ') }
  return coreFault('GULO_CONFIGURATION_INVALID', details, cause)
}

/** Whether a module has what is used of it. */
export function isDriver(module: unknown): boolean {
  const { Producer, KafkaConsumer, AdminClient } = (module ?? {}) as Record<string, unknown>
  return [Producer, KafkaConsumer, (AdminClient as { create?: unknown } | undefined)?.create].every(
    (member) => typeof member === 'function',
  )
}

function faultOf(key: string, value: unknown): string[] {
  if (Object.hasOwn(RESERVED, key)) return [`driverOptions['${key}'] ${RESERVED[key]}.`]
  // the value may be a secret
  if (['string', 'number', 'boolean'].includes(typeof value)) return []
  return [`driverOptions['${key}'] is ${typeof value}; expected text, a number or a boolean.`]
}
