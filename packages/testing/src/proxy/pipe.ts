import type { Socket } from 'node:net'
import type { Clock, Timer } from '@gulo/core'
import type { FrameReader, ProxyFrame, ProxySide } from './frames.js'
import type { DecideFault, ProxyFault } from './proxy-faults.js'

export interface PipeOptions {
  readonly from: ProxySide
  readonly source: Socket
  readonly sink: Socket
  readonly connection: number
  readonly reader: FrameReader | undefined
  readonly clock: Clock
  readonly decide: DecideFault
  /** Ends the whole connection. */
  readonly end: (how: 'cut' | 'reset') => void
}

/** One direction of a connection: passes frames on, or does to them what is decided. */
export class Pipe {
  private readonly options: PipeOptions
  private waiting: Buffer[] = []
  private size = 0
  private needed = 1
  private stalled: boolean
  private closed = false
  private delay: Timer | undefined
  /** A frame that was judged already and has yet to go. */
  private due: Buffer | undefined

  constructor(options: PipeOptions, stalled: boolean) {
    this.options = options
    this.stalled = stalled
    const { source, sink } = options
    source.on('data', (bytes: Buffer) => this.take(bytes))
    source.on('end', () => this.ended())
    sink.on('drain', () => this.flow())
    this.flow()
  }

  stall(): void {
    this.stalled = true
    this.flow()
  }

  resume(): void {
    this.stalled = false
    this.flow()
    this.pass()
  }

  /** Shows the receiver the end of the stream; what comes after it is dropped. */
  halfClose(): void {
    this.drop()
    this.options.sink.end()
  }

  /** Passes nothing on any more. */
  drop(): void {
    this.closed = true
    this.delay?.cancel()
    this.waiting = []
    this.due = undefined
    this.options.source.resume()
  }

  private get held(): boolean {
    return this.stalled || this.delay !== undefined
  }

  private flow(): void {
    const { source, sink } = this.options
    if (!this.closed && (this.held || sink.writableNeedDrain)) source.pause()
    else source.resume()
  }

  private ended(): void {
    // What is held back ends with the connection.
    if (!this.closed && !this.held) this.options.sink.end()
  }

  private take(bytes: Buffer): void {
    if (this.closed) return
    this.waiting.push(bytes)
    this.size += bytes.length
    if (this.size >= this.needed) this.pass()
  }

  private pass(): void {
    if (this.due !== undefined && !this.held) {
      this.options.sink.write(this.due)
      this.due = undefined
    }
    while (!this.closed && !this.held) {
      const frame = this.next()
      if (frame === undefined) break
      this.judge(frame)
    }
    this.flow()
  }

  private next(): ProxyFrame | undefined {
    if (this.size === 0) return undefined
    const { from, reader, connection } = this.options
    const all = this.waiting.length === 1 ? (this.waiting[0] as Buffer) : Buffer.concat(this.waiting)
    const length = reader === undefined ? all.length : reader.length(from, all)
    this.needed = length ?? all.length + 1
    const whole = length !== undefined && length <= all.length
    const rest = whole ? all.subarray(length) : all
    this.waiting = rest.length > 0 ? [rest] : []
    this.size = rest.length
    if (!whole) return undefined
    this.needed = 1
    const bytes = all.subarray(0, length)
    return { from, connection, bytes, name: reader?.name(from, bytes) ?? 'bytes' }
  }

  private judge(frame: ProxyFrame): void {
    const fault = this.options.decide(frame)
    if (fault === undefined) this.options.sink.write(frame.bytes)
    else this.strike(fault, frame.bytes)
  }

  private strike(fault: ProxyFault, bytes: Buffer): void {
    if (fault === 'cut' || fault === 'reset') this.options.end(fault)
    else if (fault === 'half-close') this.halfClose()
    else if (fault === 'stall') {
      this.stalled = true
      this.due = bytes
    } else if (fault !== 'swallow') {
      this.due = bytes
      this.delay = this.options.clock.after(fault.delayMs, () => {
        this.delay = undefined
        this.pass()
      })
    }
  }
}
