import type { Message, MessageClass, Wrapper } from '@gulo/core'

interface PlannedFault {
  readonly messageClass: MessageClass
  readonly error: unknown
  left: number
}

/** Knows what is being handled right now, and makes handlers fail on demand. */
export class Activity {
  running = 0
  private readonly faults: PlannedFault[] = []

  /** The outermost wrapper of every handler. */
  readonly wrapper: Wrapper = async (call, next) => {
    this.running++
    try {
      this.failIfPlanned(call.message)
      return await next(call)
    } finally {
      this.running--
    }
  }

  /** Lets the next `times` handlings of a message fail before the handler runs. */
  fail(messageClass: MessageClass, error: unknown, times: number): void {
    this.faults.push({ messageClass, error, left: times })
  }

  private failIfPlanned(message: Message): void {
    const planned = this.faults.find((each) => each.left > 0 && message instanceof each.messageClass)
    if (planned === undefined) return
    planned.left--
    throw planned.error
  }
}
