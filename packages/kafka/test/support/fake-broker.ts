import { KafkaFailure, type KafkaRecord, type PartitionBatch } from '@gulo/kafka'

interface Remembered {
  readonly first: number
  readonly count: number
}

/**
 * Logs of partitions with the broker's rule for idempotent producers: the sequence it had last is a repetition and
 * answered as stored, whatever it holds; a gap is error 45.
 */
export class FakeBroker {
  readonly logs = new Map<string, KafkaRecord[]>()
  private readonly remembered = new Map<string, Remembered>()

  append(producerId: number, sequence: number, { topic, partition, records }: PartitionBatch): void {
    const name = `${topic}/${partition}`
    const key = `${producerId}/${name}`
    const last = this.remembered.get(key)
    if (last !== undefined && last.first === sequence && last.count === records.length) return
    const expected = last === undefined ? 0 : last.first + last.count
    if (sequence !== expected) throw new KafkaFailure(`expected sequence ${expected}, got ${sequence}`, 45)
    this.remembered.set(key, { first: sequence, count: records.length })
    const log = this.logs.get(name) ?? []
    log.push(...records)
    this.logs.set(name, log)
  }

  /** Ids in a partition's log, or in all of them. */
  ids(name?: string): string[] {
    const logs = name === undefined ? [...this.logs.values()] : [this.logs.get(name) ?? []]
    return logs.flat().map(({ headers }) => String(headers['ce_id']))
  }
}
