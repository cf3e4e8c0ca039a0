import type { PartitionOffset } from '@gulo/core'
import type { ConsumerSpec, KafkaConsumer } from '../client/client.js'
import { KafkaFailure } from '../client/client.js'
import { isHopeless, UNKNOWN_TOPIC_OR_PARTITION } from '../client/verdict.js'
import { Commits } from './commits.js'
import { connected, construct } from './connecting.js'
import type { ConfluentModule, DriverConsumer, DriverError, DriverMessage, TopicPartitionOffset } from './driver.js'
import { connectDeadlineMs, consumerConfig, type DriverSettings } from './driver-config.js'
import { called, failureOfText } from './failures.js'
import type { Lane } from './lane.js'
import { Lanes } from './lanes.js'
import { Liveness } from './liveness.js'
import { Membership } from './membership.js'
import { PollLoop } from './poll-loop.js'

const MAX_POLL_EXCEEDED = -147
const INCONSISTENT_GROUP_PROTOCOL = 23

/** One consumer of librdkafka, from joining the group to leaving it or crashing. */
export class ConfluentConsumer implements KafkaConsumer {
  private readonly settings: DriverSettings
  private readonly load: () => Promise<ConfluentModule>
  private readonly spec: ConsumerSpec
  private readonly commits = new Commits()
  private readonly liveness = new Liveness()
  private readonly lanes: Lanes
  private readonly loop: PollLoop
  private readonly cut = new AbortController()
  private native: DriverConsumer | undefined
  private membership: Membership | undefined
  private running: Promise<void> | undefined
  private stopping: Promise<void> | undefined

  constructor(settings: DriverSettings, load: () => Promise<ConfluentModule>, spec: ConsumerSpec) {
    this.settings = settings
    this.load = load
    this.spec = spec
    this.lanes = new Lanes({
      concurrency: settings.partitionsConsumedConcurrently,
      batchSize: settings.deliverySize,
      onBatch: spec.onBatch,
      commit: ({ topic, partition }, next) => this.commits.commit(this.driver(), topic, partition, Number(next)),
      rest: (lane, resting) => this.rest(lane, resting),
    })
    this.loop = new PollLoop({
      clock: settings.clock,
      onMessages: (messages) => this.take(messages),
      onFailure: (failure) => this.heed(failure),
    })
  }

  run(): Promise<void> {
    this.running ??= this.open()
    return this.running
  }

  pause(topic: string, partition: number): void {
    const lane = this.laneOf(topic, partition)
    lane.held = true
    this.lanes.pump()
  }

  resume(topic: string, partition: number): void {
    const lane = this.laneOf(topic, partition)
    lane.held = false
    this.lanes.pump()
  }

  seek(topic: string, partition: number, offset: string): void {
    const lane = this.laneOf(topic, partition)
    if (lane.seek(offset)) return this.lanes.pump()
    lane.seeking = true
    const position = { topic, partition, offset: Number(offset) }
    this.loop.between(async () => {
      await called((done) => this.driver().seek(position, this.settings.requestTimeoutMs, done)).finally(() => {
        lane.seeking = false
      })
    })
  }

  async commit(positions: readonly PartitionOffset[]): Promise<void> {
    await Promise.all(
      positions.map(({ topic, partition, offset }) =>
        this.commits.commit(this.driver(), topic, partition, Number(offset)),
      ),
    )
  }

  stop(): Promise<void> {
    this.stopping ??= this.close()
    return this.stopping
  }

  destroy(): void {
    this.cut.abort()
    this.commits.end()
    void this.stop()
  }

  private async open(): Promise<void> {
    const { settings, spec } = this
    const { KafkaConsumer } = await this.load()
    if (this.stopping !== undefined) throw new KafkaFailure('this consumer has ended', undefined)
    const config = consumerConfig(settings, spec.group)
    const callbacks = {
      rebalance_cb: (error: DriverError | undefined, partitions: readonly TopicPartitionOffset[]) =>
        this.membership?.heed(error, partitions),
      queue_non_empty_cb: () => this.loop.wake(),
    }
    const native = construct(() => new KafkaConsumer({ ...config, ...callbacks }))
    this.membership = new Membership({ consumer: native, lanes: this.lanes, spec, cut: this.cut.signal })
    this.listen(native)
    await connected(native, connectDeadlineMs(settings))
    this.native = native
    if (this.stopping !== undefined) return
    native.subscribe(spec.topics)
    this.loop.start(native)
  }

  private listen(native: DriverConsumer): void {
    native.on('offset.commit', (error: DriverError | undefined, offsets: readonly TopicPartitionOffset[]) =>
      this.commits.settle(error, offsets),
    )
    native.on('event.stats', ({ message }: { message: string }) => {
      if (this.liveness.isAliveAt(message)) this.spec.onEvent({ kind: 'alive' })
    })
    native.on('event.error', ({ message }: DriverError) => this.heed(failureOfText(message)))
  }

  private take(messages: readonly DriverMessage[]): void {
    if (messages.length > 0) this.spec.onEvent({ kind: 'alive' })
    this.lanes.add(messages)
  }

  /** Most failures librdkafka mends by itself; the others end this membership. */
  private heed(failure: KafkaFailure): void {
    if (this.stopping !== undefined || (failure.cause as DriverError | undefined)?.code === MAX_POLL_EXCEEDED) return
    const { code } = failure
    const over =
      code === UNKNOWN_TOPIC_OR_PARTITION || code === INCONSISTENT_GROUP_PROTOCOL || /fatal/i.test(failure.message)
    if (over || isHopeless(failure)) this.spec.onEvent({ kind: 'crashed', error: failure })
  }

  private rest({ topic, partition }: Lane, resting: boolean): void {
    this.loop.between(() => {
      // given up meanwhile
      if (this.lanes.get(topic, partition) === undefined) return
      if (resting) this.driver().pause([{ topic, partition }])
      else this.driver().resume([{ topic, partition }])
    })
  }

  /** Waits for what is under way, then for the last fetch: librdkafka must not be closed while it fetches. */
  private async close(): Promise<void> {
    this.lanes.close()
    const cut = new Promise<void>((resolve) => {
      if (this.cut.signal.aborted) resolve()
      else this.cut.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([Promise.all(this.lanes.running), cut])
    await this.running?.catch(() => undefined)
    await this.loop.end()
    this.membership?.close()
    const { native } = this
    this.native = undefined
    if (native !== undefined) await new Promise<void>((resolve) => leave(native, resolve))
    this.commits.end()
  }

  private driver(): DriverConsumer {
    if (this.native === undefined) throw new KafkaFailure('this consumer has ended', undefined)
    return this.native
  }

  private laneOf(topic: string, partition: number): Lane {
    const lane = this.lanes.get(topic, partition)
    if (lane === undefined) throw new KafkaFailure(`partition ${partition} of ${topic} is not assigned`, undefined)
    return lane
  }
}

function leave(native: DriverConsumer, done: () => void): void {
  try {
    native.unsubscribe()
  } catch {
    // closing leaves the group as well
  }
  native.disconnect(done)
}
