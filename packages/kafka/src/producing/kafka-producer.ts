import { type Deadline, DeadlineQueue, GuloError, type Runtime, sleep } from '@gulo/core'
import { KafkaFailure } from '../client/client.js'
import { isHopeless } from '../client/verdict.js'
import type { Partitioning } from '../config/partitioning.js'
import { kafkaFault, reasonOf } from '../faults.js'
import type { TopicTable } from '../topics/topic-table.js'
import { Admission } from './admission.js'
import { Dispatcher, type DispatcherOptions } from './dispatcher.js'
import { PartitionLine } from './partition-line.js'
import { Partitioner } from './partitioner.js'
import { type Item, Publication, type Unsendable } from './publication.js'
import type { AddressedRecord } from './record.js'
import { type Room, WaitingRoom } from './waiting-room.js'

export interface ProducerOptions extends DispatcherOptions, Room {
  /** Longest life of one publication, in milliseconds. */
  readonly publishDeadlineMs: number
  readonly partitioner: Partitioning
}

const LOOK_AGAIN_MS = 200

/** Publishes records: in the order of calls for each partition, each stored before its publication resolves. */
export class KafkaProducer {
  private readonly options: ProducerOptions
  private readonly dispatcher: Dispatcher
  private readonly admission: Admission
  private readonly topics: TopicTable
  private readonly runtime: Runtime
  private readonly partitioner: Partitioner
  private readonly room: WaitingRoom
  private readonly open: DeadlineQueue<Publication>
  /** Records of topics that are being looked up, in the order of calls. */
  private readonly held = new Map<string, Item[]>()
  private readonly lines = new Map<string, PartitionLine[]>()

  constructor(options: ProducerOptions) {
    const { topics, runtime, partitioner, publishDeadlineMs } = options
    this.options = options
    this.topics = topics
    this.runtime = runtime
    this.partitioner = new Partitioner(runtime.random, partitioner)
    this.dispatcher = new Dispatcher(options)
    this.admission = new Admission({ ...options, open: () => this.dispatcher.keeper.open() })
    this.room = new WaitingRoom(options)
    this.open = new DeadlineQueue(runtime.clock, publishDeadlineMs, (due) => this.expire(due))
  }

  /** Opens the first session; rejects when that one attempt fails, but not for want of the right to publish. */
  start(): Promise<void> {
    return this.admission.start()
  }

  /** Whether it can publish, or would be let if only it were allowed to. */
  get connected(): boolean {
    return this.admission.isBarred || this.dispatcher.keeper.current !== undefined
  }

  /** Resolves when all are stored; `sent` is what the caller handed in. @throws KAFKA_PUBLISH_FAILED */
  publish(records: readonly (AddressedRecord | Unsendable)[], sent: readonly unknown[] = records): Promise<void> {
    const publication = new Publication(records, sent)
    if (publication.settled) return publication.done
    if (!this.admission.isBarred) return this.accept(publication)
    return this.admission.ask().then(
      // opened while the transport was stopped, a session is closed at once
      () => (this.connected ? this.accept(publication) : this.refuse(publication, kafkaFault('KAFKA_STOPPED'))),
      (error: unknown) => this.refuse(publication, error),
    )
  }

  /** Waits until everything is settled or the deadline has passed; what is left then is given up. */
  async stop(deadlineMs: number): Promise<void> {
    const over = new AbortController()
    const settled = Promise.allSettled(this.open.entries().map(({ done }) => done)).then(() => over.abort())
    await Promise.race([settled, sleep(this.runtime.clock, deadlineMs, over.signal)])
    const graceful = this.open.size === 0
    for (const publication of this.open.entries()) {
      for (const item of publication.items) item.fail(kafkaFault('KAFKA_STOPPED'))
    }
    this.open.close()
    await this.dispatcher.stop(graceful)
  }

  private accept(publication: Publication): Promise<void> {
    const { items, bytes } = publication
    const full = this.room.enter(items.length, bytes)
    if (full === undefined) {
      publication.onSettled = this.settled
      publication.deadline = this.open.add(publication)
      for (const item of items) this.enqueue(item)
    } else for (const item of items) item.fail(full)
    return publication.done
  }

  private refuse({ items, done }: Publication, error: unknown): Promise<void> {
    const { connectDeadlineMs: deadlineMs } = this.options
    for (const item of items) {
      const final = finalOf(item.topic, error)
      item.fail(GuloError.is(final) ? final : kafkaFault('KAFKA_DEADLINE', { deadlineMs, reason: reasonOf(error) }))
    }
    return done
  }

  private readonly settled = (publication: Publication): void => {
    this.open.delete(publication.deadline as Deadline<Publication>)
    this.room.leave(publication.items.length, publication.bytes)
  }

  private enqueue(item: Item): void {
    const { topic } = item
    const held = this.held.get(topic)
    if (held !== undefined) held.push(item)
    else if (this.topics.known(topic) === undefined) this.hold(item)
    else {
      this.topics.renew(topic)
      this.place(item, false)
    }
  }

  /** Keeps a record, and those of its topic after it, until the topic has been looked at. */
  private hold(item: Item): void {
    this.held.set(item.topic, [item])
    void this.lookUp(item.topic)
  }

  /** Chooses the partition, once and for all. */
  private place(item: Item, lookedUp: boolean): void {
    const { topic, record, settled } = item
    if (settled) return
    const description = this.topics.known(topic)
    if (description === undefined)
      return lookedUp ? item.fail(kafkaFault('KAFKA_TOPIC_MISSING', { topic })) : this.hold(item)
    let partition = item.partition
    try {
      partition ??= this.partitioner.choose(description, record.key)
    } catch (error) {
      return item.fail(error)
    }
    const partitions = this.topics.partitionsOf(topic)
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions) {
      const line = this.lineOf(topic, partition)
      line.add(item)
      this.dispatcher.offer(line)
    } else if (lookedUp) item.fail(kafkaFault('KAFKA_PARTITION_MISSING', { topic, partition, partitions }))
    // it may have been added since
    else this.hold(item)
  }

  private lineOf(topic: string, partition: number): PartitionLine {
    let lines = this.lines.get(topic)
    if (lines === undefined) {
      lines = []
      this.lines.set(topic, lines)
    }
    lines[partition] ??= new PartitionLine(topic, partition)
    return lines[partition]
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
      // what has been given up must not pile up for as long as no broker answers
      const alive = held.findIndex(({ settled }) => !settled)
      held.splice(0, alive === -1 ? held.length : alive)
    }
    this.held.delete(topic)
    for (const item of held) {
      if (failure !== undefined) item.fail(failure)
      else this.place(item, true)
    }
  }

  private expire(due: readonly Publication[]): void {
    const { publishDeadlineMs: deadlineMs } = this.options
    const error = kafkaFault('KAFKA_DEADLINE', { deadlineMs, reason: this.dispatcher.lastFailure })
    for (const { items } of due) for (const item of items) item.fail(error)
    this.dispatcher.abandon()
    for (const lines of this.lines.values()) lines.forEach((line) => void line.sweep())
  }
}

/** What is told to the publisher when looking again cannot help; anything else stays as it is. */
function finalOf(topic: string, error: unknown): unknown {
  if (!(error instanceof KafkaFailure) || !isHopeless(error)) return error
  return kafkaFault('KAFKA_REJECTED', { topic, partition: 'any', reason: error.message, kafkaCode: error.code }, error)
}
