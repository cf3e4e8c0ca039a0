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
  dispose?(): Promise<void> | void
}

/** What a transport is like: cases that ask for more are left out by name. */
export interface TransportSuiteFacts {
  /** Messages of one key reach a group in order. @default true */
  readonly orderedByKey?: boolean
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
    partitions: 3,
    replaysToNewGroups: true,
    keepsForAbsentMembers: true,
    forwards: true,
    tombstones: true,
    binaryHeaders: true,
    maxInFlight: 1000,
    messages: 300,
    patienceMs: PATIENCE_MS,
    ...facts,
  }
}
