import type { PartitionOffset } from '@gulo/core'
import type { KafkaConsumer } from '../client/client.js'
import { attempted, Pauses } from './pauses.js'
import type { Place } from './streams.js'

/** The partitions a member has been given, and which of them are not to be fetched for now. */
export class Share {
  readonly pauses: Pauses
  private readonly consumer: KafkaConsumer
  private readonly isResting: (topic: string) => boolean
  private places: readonly Place[] = []

  constructor(consumer: KafkaConsumer, isResting: (topic: string) => boolean) {
    this.consumer = consumer
    this.isResting = isResting
    this.pauses = new Pauses(consumer)
  }

  give(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.places = Object.entries(assignment).flatMap(([topic, all]) => all.map((partition) => ({ topic, partition })))
    this.rest()
  }

  /** Heeds which topics rest now. */
  rest(): void {
    for (const { topic, partition } of this.places) {
      if (this.isResting(topic)) this.pauses.add(topic, partition, 'asked')
      else this.pauses.remove(topic, partition, 'asked')
    }
  }

  /** Has nothing fetched until `startFrom` says where from. */
  awaitStart(): void {
    this.pauses.removeAll('start')
    for (const { topic, partition } of this.places) this.pauses.add(topic, partition, 'start')
  }

  startFrom(positions: readonly PartitionOffset[]): void {
    for (const { topic, partition, offset } of positions) this.seek(topic, partition, offset)
    this.pauses.removeAll('start')
  }

  seek(topic: string, partition: number, offset: string): void {
    attempted(() => this.consumer.seek(topic, partition, offset))
  }
}
