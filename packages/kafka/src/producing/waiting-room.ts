import type { GuloError } from '@gulo/core'
import { kafkaFault } from '../faults.js'

/** How much may wait. */
export interface Room {
  readonly maxBufferedMessages: number
  readonly maxBufferedBytes: number
}

/**
 * Counts what waits to be stored and turns away what would be too much, so that memory stays flat while no broker
 * answers. Turned away rather than kept waiting: whoever waits holds the same messages.
 */
export class WaitingRoom {
  private readonly room: Room
  private messages = 0
  private bytes = 0

  constructor(room: Room) {
    this.room = room
  }

  /** Lets so much in, or answers why not; what is more than the whole room is let in when nothing else waits. */
  enter(messages: number, bytes: number): GuloError | undefined {
    const { maxBufferedMessages, maxBufferedBytes } = this.room
    const full = this.messages + messages > maxBufferedMessages || this.bytes + bytes > maxBufferedBytes
    if (full && this.messages > 0) {
      const waiting = { waiting: this.messages, waitingBytes: this.bytes }
      return kafkaFault('KAFKA_BUFFER_FULL', { count: messages, bytes, ...waiting })
    }
    this.messages += messages
    this.bytes += bytes
    return undefined
  }

  leave(messages: number, bytes: number): void {
    this.messages -= messages
    this.bytes -= bytes
  }
}
