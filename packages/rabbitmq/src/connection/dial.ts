import type { Writable } from 'node:stream'
import { type Clock, withDeadline } from '@gulo/core'
import { type ChannelModel, connect, type Options, type SocketOptions } from 'amqplib'
import type { RabbitMqTls } from '../config/options.js'
import { reasonOf } from '../faults.js'

export interface DialOptions {
  readonly tls: RabbitMqTls
  readonly connectionName: string
  readonly heartbeatSeconds: number
  readonly connectTimeoutMs: number
}

/** Opens one connection. Its errors are amqplib's: {@link refusalIn} tells those that trying again will not mend. */
export async function dial(url: string, options: DialOptions, clock: Clock): Promise<ChannelModel> {
  const { connectTimeoutMs } = options
  const connecting = connect(brokerOf(url, options.heartbeatSeconds), socketOptions(options))
  let late = false
  try {
    return await withDeadline(clock, connectTimeoutMs, connecting, () => {
      late = true
      return new Error(`no answer within ${connectTimeoutMs} ms`)
    })
  } finally {
    if (late) connecting.then(kill, () => undefined)
  }
}

/** Ends a connection without the broker's consent, for brokers that no longer answer. */
export function kill(model: ChannelModel): void {
  // amqplib has no word for it: its close waits for the other side.
  const { stream } = model.connection as { stream?: { destroy(error: Error): void } }
  model.on('error', () => undefined)
  stream?.destroy(new Error('given up'))
}

/** Has frames that amqplib writes in one go leave together: a system call for each costs more than all else about them. */
export function bundleWrites(model: ChannelModel): void {
  const { stream } = model.connection as { stream?: Writable }
  if (stream === undefined) return
  const write: (chunk: unknown) => boolean = stream.write.bind(stream)
  let held = false
  const release = () => {
    held = false
    stream.uncork()
  }
  stream.write = (chunk: unknown) => {
    if (!held) {
      held = true
      stream.cork()
      // Before anything else happens: nothing waits for a later turn, and nothing can be left behind.
      queueMicrotask(release)
    }
    return write(chunk)
  }
}

/** Why the broker will not have this client, or `undefined` when another attempt may succeed. */
export function refusalIn(error: unknown): string | undefined {
  const text = reasonOf(error)
  const { code } = error as { code?: unknown }
  if (/\b(?:403|530)\b|ACCESS[-_]REFUSED|NOT[-_]ALLOWED|SASL mechanism/.test(text)) return text
  // amqplib does not tell the reason of a close that answers connection.open
  if (/Expected ConnectionOpenOk; got <ConnectionClose/.test(text))
    return 'the virtual host is not there, or not for this user'
  return typeof code === 'string' && /CERT|SSL|TLS|^EPROTO$/.test(code) ? `TLS: ${text}` : undefined
}

function brokerOf(url: string, heartbeatSeconds: number): Options.Connect {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  const tls = protocol === 'amqps:'
  return {
    protocol: tls ? 'amqps' : 'amqp',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (tls ? 5671 : 5672) : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
    // amqplib decodes it
    vhost: pathname.slice(1) || '/',
    heartbeat: heartbeatSeconds,
  }
}

function socketOptions({ tls, connectionName, connectTimeoutMs }: DialOptions): SocketOptions {
  const { ca, ...rest } = tls
  return {
    ...rest,
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    // Small messages wait for nobody, and a peer that vanished is found out.
    noDelay: true,
    keepAlive: true,
    timeout: connectTimeoutMs,
    clientProperties: { connection_name: connectionName },
  }
}
