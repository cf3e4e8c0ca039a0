import type { Random } from '@gulo/core'
import type { ProxyFrame } from './frames.js'

/**
 * What is done to a frame instead of passing it on:
 * - `cut`: it is dropped and the connection closed on both sides. An answer that is cut has been acted on.
 * - `reset`: the same, but both sides see a reset (RST) instead of an orderly end.
 * - `swallow`: it is dropped; the connection goes on.
 * - `stall`: it and everything after it in its direction is kept until `resume()`; the connection stays open.
 * - `half-close`: it is dropped and the receiver sees the end of the stream; the other direction stays open.
 * - `{ delayMs }`: it and everything after it in its direction waits so long, in milliseconds.
 */
export type ProxyFault = 'cut' | 'reset' | 'swallow' | 'stall' | 'half-close' | { readonly delayMs: number }

/** Is asked for every frame before it is passed on. */
export type DecideFault = (frame: ProxyFrame) => ProxyFault | undefined

/** One kind of fault and how often it happens. */
export interface FaultRule {
  readonly fault: ProxyFault
  /** Share of the frames in question, from 0 to 1. */
  readonly share: number
  /** Which frames are in question. @default all */
  readonly when?: (frame: ProxyFrame) => boolean
}

/** Faults by chance; with a seeded `random` the same frames meet the same faults. The first rule that strikes wins. */
export function randomFaults(random: Random, rules: readonly FaultRule[]): DecideFault {
  return (frame) => rules.find(({ share, when }) => (when === undefined || when(frame)) && random.next() < share)?.fault
}
