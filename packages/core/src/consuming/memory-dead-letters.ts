import { fault } from '../faults.js'
import type { ReceivedMessage } from '../transport/transport.js'
import type { DeadLetter, DeadLetterQuery, DeadLetterStatus, DeadLetters } from './dead-letters.js'

/** Dead letters in memory. */
export class MemoryDeadLetters implements DeadLetters {
  private readonly letters = new Map<string, DeadLetter>()

  async add(letter: DeadLetter): Promise<void> {
    this.letters.set(letter.id, { ...letter, message: copy(letter.message) })
  }

  async find({ limit = 100, ...wanted }: DeadLetterQuery = {}): Promise<readonly DeadLetter[]> {
    const filters = Object.entries(wanted).filter(([, value]) => value !== undefined)
    return [...this.letters.values()]
      .filter((letter) => filters.every(([field, value]) => letter[field as keyof DeadLetter] === value))
      .reverse()
      .sort((one, other) => Date.parse(other.failedAt) - Date.parse(one.failedAt))
      .slice(0, limit)
  }

  async mark(id: string, status: DeadLetterStatus): Promise<DeadLetter> {
    const letter = this.letters.get(id)
    if (letter === undefined) throw fault('GULO_DEAD_LETTER_UNKNOWN', { id })
    const marked = { ...letter, status, replayCount: letter.replayCount + (status === 'replayed' ? 1 : 0) }
    this.letters.set(id, marked)
    return marked
  }
}

function copy(message: ReceivedMessage): ReceivedMessage {
  return {
    ...message,
    body: message.body === null ? null : Uint8Array.from(message.body),
    headers: { ...message.headers },
  }
}
