import { KafkaFailure, type PartitionAnswer, type PartitionBatch, type ProducerSession } from '../client/client.js'
import { connected, construct } from './connecting.js'
import type { ConfluentModule, DriverError, DriverProducer } from './driver.js'
import { connectDeadlineMs, type DriverSettings, producerConfig } from './driver-config.js'
import { failureOfText } from './failures.js'
import { Send, type Sending, type Stored } from './sends.js'

export interface ConfluentProducerOptions {
  readonly settings: DriverSettings
  readonly load: () => Promise<ConfluentModule>
  readonly stored: Stored
  /** Settles when no earlier producer of this client can store anything any more. */
  readonly predecessor: Promise<void>
}

/**
 * An idempotent producer of librdkafka. It tries again by itself, safely, and never gives up, so that a batch is
 * answered only when its fate is known; whoever cannot wait destroys it.
 */
export class ConfluentProducer implements ProducerSession {
  /** Settles when nothing of this producer can be stored any more. */
  readonly end: Promise<void>
  private readonly options: ConfluentProducerOptions
  private readonly sends = new Set<Send>()
  private native: DriverProducer | undefined
  private connecting: Promise<void> | undefined
  private fatal: KafkaFailure | undefined
  private disconnecting: Promise<void> | undefined
  private destroyed = false
  private ended!: () => void

  constructor(options: ConfluentProducerOptions) {
    this.options = options
    this.end = new Promise((resolve) => {
      this.ended = resolve
    })
  }

  connect(): Promise<void> {
    this.connecting ??= this.open()
    return this.connecting
  }

  async publishBatch(batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]> {
    const { native } = this
    if (native === undefined || this.destroyed) throw new KafkaFailure('this producer has ended', undefined)
    const sends = batches.map((batch) => this.send(native, batch))
    await Promise.all(sends.map(({ done }) => done))
    for (const send of sends) this.sends.delete(send)
    const [first] = sends
    if (this.fatal !== undefined && sends.some(({ failure }) => failure !== undefined)) throw this.fatal
    if (sends.length === 1 && first?.failure !== undefined) throw first.failure
    return batches.flatMap(({ topic, partition }, index) => {
      const { failure } = sends[index] as Send
      const errorCode = failure === undefined ? 0 : failure.code
      // no code, no answer: the caller sends that batch again
      return errorCode === undefined ? [] : [{ topic, partition, errorCode }]
    })
  }

  async close(): Promise<void> {
    this.destroyed = true
    await this.disconnect(this.options.settings.requestTimeoutMs)
  }

  destroy(): void {
    this.destroyed = true
    const failure = new KafkaFailure('this producer was destroyed', undefined)
    for (const send of this.sends) send.abandon(failure)
    this.sends.clear()
    void this.disconnect(0)
  }

  private async open(): Promise<void> {
    const { load, predecessor, settings } = this.options
    const module = await load()
    await predecessor
    if (this.destroyed) throw new KafkaFailure('this producer was destroyed', undefined)
    const native = construct(() => new module.Producer(producerConfig(settings)))
    native.on('event.error', (error: DriverError) => this.heed(error))
    native.on('delivery-report', (error: DriverError | null, { opaque }: { opaque?: Sending }) => opaque?.report(error))
    await connected(native, connectDeadlineMs(settings))
    native.setPollInBackground(true)
    this.native = native
  }

  private send(native: DriverProducer, batch: PartitionBatch): Send {
    const send = new Send(this.options.stored)
    this.sends.add(send)
    send.start(native, batch)
    return send
  }

  private heed(error: DriverError): void {
    if (!/fatal/i.test(error.message)) return
    this.fatal = failureOfText(error.message)
  }

  /** Throws away what was not sent, closes the connections, and says so through `end`. */
  private disconnect(flushMs: number): Promise<void> {
    this.disconnecting ??= this.takeDown(flushMs).finally(this.ended)
    return this.disconnecting
  }

  private async takeDown(flushMs: number): Promise<void> {
    // One that is not connected has nothing to store, and nobody needs to wait for it.
    if (this.native === undefined) this.ended()
    await this.connecting?.catch(() => undefined)
    const { native } = this
    if (native !== undefined) await new Promise<void>((resolve) => void native.disconnect(flushMs, resolve))
  }
}
