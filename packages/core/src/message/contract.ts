import { fault } from '../faults.js'
import { describeValue, kindOfClass, type Message, type MessageClass } from './message.js'

const CONTRACT = Symbol.for('gulo.contract')

export interface ContractOptions<M extends Message, K extends string = string> {
  /** Decides the partition: messages of one key are handled in order. A field's name, or a function of the event. */
  readonly key?: K | ((message: M) => string | number | undefined)
  /** The topic, where the topic strategy of the service is not wanted. A name, or a function of the event. */
  readonly topic?: string | ((message: M) => string)
  /** The kind of thing the key names, for the outbox and change data capture. @default the second segment of the type */
  readonly aggregateType?: string
  /** Version of the data. @default the number of a `.vN` suffix, as `N.0` */
  readonly dataVersion?: string
}

/** How a message class crosses services. */
export interface ContractInfo<M extends Message = Message> {
  readonly type: string
  readonly messageClass: MessageClass<M>
  readonly key: ((message: M) => string | undefined) | undefined
  readonly topic: string | ((message: M) => string) | undefined
  readonly aggregateType: string
  readonly dataVersion: string | undefined
}

/** Compiles only for a class that has the field `K`. */
export type HasField<C extends MessageClass, K extends string> = [K] extends [keyof InstanceType<C>]
  ? unknown
  : string extends K // no field named: the key is a function
    ? unknown
    : { readonly 'the key of @Contract names no field of the class': K }

/** Gives a message its wire type, such as `ordering.order.placed.v1`, and says what decides its partition. */
export function Contract<M extends Message = Message, const K extends string = never>(
  type: string,
  options: ContractOptions<M, K> = {},
) {
  return <C extends MessageClass<M>>(target: C & HasField<C, K>, _context?: ClassDecoratorContext<C>): void => {
    Object.defineProperty(target, CONTRACT, { value: Object.freeze(toInfo(type, options, target)) })
  }
}

/** The contract of a class; `undefined` when it has none of its own (a contract is not inherited). */
export function contractOf(messageClass: unknown): ContractInfo | undefined {
  return typeof messageClass === 'function' && Object.hasOwn(messageClass, CONTRACT)
    ? (messageClass as unknown as Record<symbol, ContractInfo>)[CONTRACT]
    : undefined
}

/** Decides which contract types are well named; returns what is wrong, or nothing. */
export type NamingPolicy = (type: string, contract: ContractInfo) => string | undefined

const DOMAIN_STYLE = /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*){2,}\.v[1-9]\d*$/
const REVERSE_DNS_STYLE = /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*){2,}$/
// What no header carries.
const FORBIDDEN_IN_KEY = /[\p{Cc}\p{Surrogate}]/u
const SEMANTIC_VERSION = /^\d+\.\d+(?:\.\d+)?$/

/** `domain.entity.event.vN`, lower case, the version in the name. The default. */
export const domainNaming: NamingPolicy = (type) =>
  DOMAIN_STYLE.test(type) ? undefined : 'expected domain.entity.event.vN in lower case'

/** `com.acme.invite.created`, lower case, the version beside it as `dataVersion: '1.2'`. */
export const reverseDnsNaming: NamingPolicy = (type, contract) => {
  if (!REVERSE_DNS_STYLE.test(type)) return 'expected a reverse DNS name such as com.acme.invite.created in lower case'
  return contract.dataVersion && SEMANTIC_VERSION.test(contract.dataVersion)
    ? undefined
    : 'expected a semantic dataVersion such as 1.0 beside a reverse DNS name'
}

/** The contracts that one service knows, by wire type and by class. */
export class ContractRegistry {
  private readonly byType = new Map<string, ContractInfo>()
  private readonly naming: NamingPolicy

  constructor({ naming = domainNaming }: { readonly naming?: NamingPolicy } = {}) {
    this.naming = naming
  }

  /**
   * Registers a class by its wire type; doing so twice changes nothing.
   * @throws GULO_CONTRACT_MISSING, GULO_CONTRACT_NAME or GULO_CONTRACT_DUPLICATE.
   */
  register<M extends Message>(messageClass: MessageClass<M>): ContractInfo<M> {
    const contract = contractOf(messageClass)
    if (contract === undefined) {
      throw fault('GULO_CONTRACT_MISSING', { message: messageClass?.name ?? describeValue(messageClass) })
    }
    const known = this.byType.get(contract.type)
    if (known?.messageClass === messageClass) return contract as unknown as ContractInfo<M>
    const wrong = this.naming(contract.type, contract)
    if (wrong) throw fault('GULO_CONTRACT_NAME', { type: contract.type, message: messageClass.name, wrong })
    if (known) {
      throw fault('GULO_CONTRACT_DUPLICATE', {
        type: contract.type,
        first: known.messageClass.name,
        second: messageClass.name,
      })
    }
    this.byType.set(contract.type, contract)
    return contract as unknown as ContractInfo<M>
  }

  /** The contract of a wire type; `undefined` when this service does not know it. */
  find(type: string): ContractInfo | undefined {
    return this.byType.get(type)
  }

  /** Every contract, in the order of registration. */
  list(): readonly ContractInfo[] {
    return [...this.byType.values()]
  }
}

function toInfo<M extends Message>(type: string, options: ContractOptions<M>, target: MessageClass<M>): ContractInfo {
  if (typeof type !== 'string' || type === '') {
    throw fault('GULO_CONTRACT_NAME', { type: String(type), message: target.name, wrong: 'expected a text' })
  }
  if (kindOfClass(target) === undefined)
    throw fault('GULO_NOT_A_MESSAGE_CLASS', { found: describeValue(target), where: '' })
  const segments = type.split('.')
  const version = /^v(\d+)$/.exec(segments.at(-1) ?? '')?.[1]
  return {
    type,
    messageClass: target,
    key: toKey(options.key, target) as ContractInfo['key'],
    topic: options.topic as ContractInfo['topic'],
    aggregateType: options.aggregateType ?? segments[1] ?? type,
    dataVersion: options.dataVersion ?? (version ? `${version}.0` : undefined),
  }
}

function toKey<M extends Message>(selector: ContractOptions<M>['key'], target: MessageClass<M>) {
  if (selector === undefined) return undefined
  const select =
    typeof selector === 'function'
      ? selector
      : (message: M) => (message as unknown as Record<string, unknown>)[selector]
  return (message: M): string | undefined => {
    const key: unknown = select(message)
    // An empty text is none on the wire.
    if (key === undefined || key === null || key === '') return undefined
    if (typeof key === 'string' ? !FORBIDDEN_IN_KEY.test(key) : Number.isFinite(key)) return String(key)
    throw fault('GULO_KEY_INVALID', { message: target.name, found: describeKey(key) })
  }
}

function describeKey(key: unknown): string {
  if (typeof key === 'string') return 'a text with a control character or half a surrogate pair'
  return typeof key === 'number' ? String(key) : describeValue(key)
}
