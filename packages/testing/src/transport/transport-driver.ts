import type { Envelope, ReceivedMessage, Transport } from '@gulo/core'
import { PATIENCE_MS } from '../suite/waiting.js'

/** What a suite needs to try a transport. */
export interface TransportDriver {
  /** Makes a transport that is not started; all of one driver reach the same broker. */
  create(): Transport
  /** Makes a topic usable, where naming it is not enough. */
  prepare?(topic: string): Promise<void>
  /** Reads what `publish` wrote. @default decode */
  read?(message: ReceivedMessage): Envelope
  /** What it can do to its broker. A case that needs what is not there is left out. @default nothing */
  readonly disturb?: Disturbances
  dispose?(): Promise<void> | void
}

/** How a broker is disturbed. Each resolves once it is done. The broker is nobody else's then. */
export interface Disturbances {
  /** Ends the broker and starts it again with its data. */
  restartBroker?(): Promise<void>
  /** Ends the broker, does `work`, and starts the broker again with its data, also when `work` rejects. */
  whileAway?(work: () => Promise<void>): Promise<void>
  /** Ends every connection with the broker, or every session of a member. */
  cutConnections?(): Promise<void>
  /** Deletes a topic with all that is in it; those who publish and subscribe may make it anew. */
  deleteTopic?(topic: string): Promise<void>
  /** Deletes the queue of a group, for brokers that have such. */
  deleteQueue?(group: string, action: string): Promise<void>
}

/** What a transport is like: cases that ask for more are left out by name. */
export interface TransportSuiteFacts {
  /** Messages of one key reach a group in order. @default true */
  readonly orderedByKey?: boolean
  /** Members of one group share the messages without losing the order of a key; text says why not. @default true */
  readonly orderedAmongMembers?: boolean | string
  /** Partitions of a topic that envelopes can name; 0 where there are none. @default 3 */
  readonly partitions?: number
  /** A group that is new to a topic gets what was published before it came. @default true */
  readonly replaysToNewGroups?: boolean
  /** Messages wait for a group that has no member at the moment. @default true */
  readonly keepsForAbsentMembers?: boolean
  /** `forward` sends bytes and headers as they are. @default true */
  readonly forwards?: boolean
  /** A body of `null` arrives as `null`. @default true */
  readonly tombstones?: boolean
  /** Header values may be any bytes. @default true */
  readonly binaryHeaders?: boolean
  /** Subscriptions may name topics by patterns; text says why not. @default true */
  readonly patterns?: boolean | string
  /** Subscriptions may say where to start; text says why not. @default true */
  readonly startsAt?: boolean | string
  /** Subscriptions may be broadcasts; text says why not. @default true */
  readonly broadcasts?: boolean | string
  /** Subscriptions can rest; text says why not. @default true */
  readonly rests?: boolean | string
  /** It says how far groups have come; text says why not. @default true */
  readonly reportsLag?: boolean | string
  /** It moves groups that have no members; text says why not. @default true */
  readonly movesGroups?: boolean | string
  /** It lets forwarded messages wait; text says why not. @default true */
  readonly delays?: boolean | string
  /**
   * A member that loses a partition or queue because another comes has first finished what it has in hand, so that no two
   * have one message; text says why not. @default true
   */
  readonly drainsBeforeHandOver?: boolean | string
  /** Cases with a disturbed broker; text says where they are instead. @default true */
  readonly disturbances?: boolean | string
  /** What waits is kept by the broker, not in this process. @default true */
  readonly keepsElsewhere?: boolean | string
  /** The least time a rejected message waits before it is delivered again, in milliseconds. @default 0 */
  readonly redeliveryDelayMs?: number
  /** The most messages one member is given of a topic before it settles one. @default 1000 */
  readonly maxInFlight?: number
  /** How many messages the cases with many use. @default 300 */
  readonly messages?: number
  /** How long to wait for what is to happen, in milliseconds. @default 10000 */
  readonly patienceMs?: number
}

/** The facts with their defaults. */
export function completeFacts(facts: TransportSuiteFacts = {}): Required<TransportSuiteFacts> {
  return {
    orderedByKey: true,
    orderedAmongMembers: true,
    partitions: 3,
    replaysToNewGroups: true,
    keepsForAbsentMembers: true,
    forwards: true,
    tombstones: true,
    binaryHeaders: true,
    patterns: true,
    startsAt: true,
    broadcasts: true,
    rests: true,
    reportsLag: true,
    movesGroups: true,
    delays: true,
    drainsBeforeHandOver: true,
    disturbances: true,
    keepsElsewhere: true,
    redeliveryDelayMs: 0,
    maxInFlight: 1000,
    messages: 300,
    patienceMs: PATIENCE_MS,
    ...facts,
  }
}

/** Why a case is left out that needs all of these abilities; `undefined` where they are all there. */
export function lacking(facts: Required<TransportSuiteFacts>, ...abilities: readonly Ability[]): string | undefined {
  for (const ability of abilities) {
    const fact = facts[ability]
    if (fact !== true) return typeof fact === 'string' ? fact : WITHOUT[ability]
  }
  return undefined
}

const WITHOUT = {
  orderedAmongMembers: 'several members of a group lose the order',
  patterns: 'the transport reads no patterns',
  startsAt: 'the transport cannot choose where a group starts',
  broadcasts: 'the transport has no broadcast subscriptions',
  rests: 'its subscriptions cannot rest',
  reportsLag: 'the transport does not know how far a group has come',
  movesGroups: 'the transport cannot move a group',
  delays: 'the transport cannot let messages wait',
  drainsBeforeHandOver: 'members lose what they have in hand',
  disturbances: 'the broker cannot be disturbed',
  keepsElsewhere: 'the broker is in this process',
}

type Ability = keyof typeof WITHOUT
