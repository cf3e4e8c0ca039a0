const OPEN = 0
const HANDLED = 1
const REFUSED = 2

// what has been passed is cut off when it is this long and half of the whole
const CUT = 1024

/** Follows messages from being handed out to being settled, in any order, and knows how far they are handled without a gap. */
export class Ledger {
  /** How many are not settled yet. */
  open = 0
  /** How many were settled since the beginning. */
  settled = 0
  /** The offset up to which every message has been handled. */
  handledTo: string | undefined
  /** Whether any was refused. */
  hasRefused = false
  private offsets: string[] = []
  private states: number[] = []
  private head = 0
  private passed = 0

  /** How many there are from the first one that is not handled to the last one. */
  get span(): number {
    return this.offsets.length - this.head
  }

  /** The first offset that is not handled. */
  get firstUnhandled(): string | undefined {
    return this.offsets[this.head]
  }

  /** Enters a message that is handed out next; the answer is its number here. */
  enter(offset: string): number {
    this.open += 1
    this.states.push(OPEN)
    return this.passed + this.offsets.push(offset) - 1
  }

  fulfil(number: number): void {
    if (!this.settle(number, HANDLED)) return
    while (this.states[this.head] === HANDLED) {
      this.handledTo = this.offsets[this.head]
      this.head += 1
    }
    if (this.head >= CUT && this.head * 2 >= this.offsets.length) this.cut()
  }

  refuse(number: number): void {
    if (this.settle(number, REFUSED)) this.hasRefused = true
  }

  /** Forgets what follows the handled part; nothing may be open. */
  forgetRest(): void {
    this.passed += this.offsets.length
    this.offsets = []
    this.states = []
    this.head = 0
    this.hasRefused = false
  }

  private settle(number: number, state: number): boolean {
    const index = number - this.passed
    if (this.states[index] !== OPEN) return false
    this.states[index] = state
    this.open -= 1
    this.settled += 1
    return true
  }

  private cut(): void {
    this.offsets = this.offsets.slice(this.head)
    this.states = this.states.slice(this.head)
    this.passed += this.head
    this.head = 0
  }
}
