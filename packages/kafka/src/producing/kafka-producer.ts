import { GuloError, type Runtime, sleep } from '@gulo/core'
import { KafkaFailure } from '../client/client.js'
import { isHopeless } from '../client/verdict.js'
import { kafkaFault, reasonOf } from '../faults.js'
import type { TopicTable } from '../topics/topic-table.js'
import { Dispatcher, type DispatcherOptions } from './dispatcher.js'
import { PartitionLine } from './partition-line.js'
import { Partitioner } from './partitioner.js'
import { type Item, Publication, type Unsendable } from './publication.js'
import type { AddressedRecord } from './record.js'

export interface ProducerOptions extends DispatcherOptions {
  /** Longest life of one publication, in milliseconds. */
  readonly publishDeadlineMs: number
}

const LOOK_AGAIN_MS = 200

/** Publishes records: in the order of calls for each partition, each stored before its publication resolves. */
export class KafkaProducer {
  private readonly options: ProducerOptions
  private readonly dispatcher: Dispatcher
  private readonly topics: TopicTable
  private readonly runtime: Runtime
  private readonly partitioner: Partitioner
  /** Records of topics that are being looked up, in the order of calls. */
  private readonly held = new Map<string, Item[]>()
  private readonly open = new Set<Publication>()
  private readonly lines = new Map<string, PartitionLine>()

  constructor(options: ProducerOptions) {
    this.options = options
    this.topics = options.topics
    this.runtime = options.runtime
    this.partitioner = new Partitioner(options.runtime.random)
    this.dispatcher = new Dispatcher(options)
  }

  /** Opens the first session; rejects when that one attempt fails. */
  start(): Promise<void> {
    return this.dispatcher.keeper.open()
  }

  get connected(): boolean {
    return this.dispatcher.keeper.current !== undefined
  }

  /** Resolves when all are stored. @throws PublicationFailure */
  publish(records: readonly (AddressedRecord | Unsendable)[]): Promise<void> {
    const publication = new Publication(records)
    if (publication.settled) return publication.done
    this.open.add(publication)
    for (const item of publication.items) this.enqueue(item)
    const timer = this.runtime.clock.after(this.options.publishDeadlineMs, () => this.expire(publication))
    return publication.done.finally(() => {
      timer.cancel()
      this.open.delete(publication)
    })
  }

  /** Waits until everything is settled or the deadline has passed; what is left then is given up. */
  async stop(deadlineMs: number): Promise<void> {
    const over = new AbortController()
    const settled = Promise.allSettled([...this.open].map(({ done }) => done)).then(() => over.abort())
    await Promise.race([settled, sleep(this.runtime.clock, deadlineMs, over.signal)])
    const graceful = this.open.size === 0
    for (const publication of [...this.open]) {
      for (const item of publication.items) item.fail(kafkaFault('KAFKA_STOPPED'))
    }
    await this.dispatcher.keeper.stop(graceful)
  }

  private enqueue(item: Item): void {
    const held = this.held.get(item.topic)
    if (held !== undefined) held.push(item)
    else if (this.topics.known(item.topic) !== undefined) this.place(item)
    else {
      this.held.set(item.topic, [item])
      void this.lookUp(item.topic)
    }
  }

  /** Chooses the partition, once and for all. */
  private place(item: Item): void {
    const description = this.topics.known(item.topic)
    if (description === undefined || item.settled) return
    const { topic, record } = item
    const partition = item.partition ?? this.partitioner.choose(description, record.key)
    if (description.partitions[partition] === undefined) {
      const partitions = description.partitions.length
      return item.fail(kafkaFault('KAFKA_PARTITION_MISSING', { topic, partition, partitions }))
    }
    const line = this.lineOf(topic, partition)
    line.add(item)
    this.dispatcher.offer(line)
  }

  private lineOf(topic: string, partition: number): PartitionLine {
    const name = `${topic}\n${partition}`
    const line = this.lines.get(name) ?? new PartitionLine(topic, partition)
    this.lines.set(name, line)
    return line
  }

  private async lookUp(topic: string): Promise<void> {
    const held = this.held.get(topic) as Item[]
    let failure: unknown
    while (held.some(({ settled }) => !settled)) {
      failure = await this.topics.ensure([topic]).then(
        () => undefined,
        (error: unknown) => finalOf(topic, error),
      )
      if (failure === undefined || GuloError.is(failure)) break
      this.dispatcher.lastFailure = reasonOf(failure)
      await sleep(this.runtime.clock, LOOK_AGAIN_MS)
    }
    this.held.delete(topic)
    for (const item of held) {
      if (failure === undefined) this.place(item)
      else item.fail(failure)
    }
  }

  private expire(publication: Publication): void {
    const { publishDeadlineMs: deadlineMs } = this.options
    const error = kafkaFault('KAFKA_DEADLINE', { deadlineMs, reason: this.dispatcher.lastFailure })
    for (const item of publication.items) item.fail(error)
    this.dispatcher.abandon()
  }
}

/** What is told to the publisher when looking again cannot help; anything else stays as it is. */
function finalOf(topic: string, error: unknown): unknown {
  if (!(error instanceof KafkaFailure) || !isHopeless(error)) return error
  return kafkaFault('KAFKA_REJECTED', { topic, partition: 'any', reason: error.message, kafkaCode: error.code }, error)
}
