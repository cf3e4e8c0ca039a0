import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KafkaOptions, type KafkaTransport, kafka } from '@gulo/kafka'
import { TcpProxy } from '@gulo/testing'
import kafkajs from 'kafkajs'
import { testOptions } from './messages.js'
import { type Authority, type Certificate, type StartedKafka, services, servicesFault } from './services.js'

/** Passwords that a search finds wherever they leak. */
export const PASSWORDS = {
  alice: 'alice-s3cret-7f2c',
  reader: 'reader-s3cret-91aa',
  writer: 'writer-s3cret-04be',
  nobody: 'nobody-s3cret-66d1',
} as const
export type User = keyof typeof PASSWORDS

/** What each listener of the broker asks for. */
const LISTENERS = {
  scram: 'SASL_SSL',
  plain: 'SASL_PLAINTEXT',
  bearer: 'SASL_PLAINTEXT',
  tls: 'SSL',
  mutual: 'SSL',
  expired: 'SSL',
  elsewhere: 'SSL',
  proxied: 'PLAINTEXT',
} as const
/** What the broker allows: sessions and messages. */
export const LIMITS = { 'group.max.session.timeout.ms': 60_000, 'message.max.bytes': 1_048_588 } as const
export type ListenerName = keyof typeof LISTENERS

const fault = process.env['GULO_SKIP_KAFKA'] ?? (await servicesFault())
let starting: Promise<SecureKafka> | undefined

/** `describe` with a broker that has every kind of listener, the same for all files; a skipped one where it cannot be. */
export function describeWithSecureKafka(title: string, body: (broker: () => SecureKafka) => void): void {
  if (fault !== undefined)
    return void describe.skip(`${title} [skipped: ${fault}]`, () => it('needs a broker of its own'))
  describe(title, function () {
    this.timeout(60_000)
    let broker: SecureKafka | undefined
    before(async function () {
      this.timeout(180_000)
      starting ??= SecureKafka.start()
      broker = await starting
    })
    body(() => broker as SecureKafka)
  })
}

after(async () => {
  await (await starting?.catch(() => undefined))?.stop()
})

/** One broker with a listener of each kind, users, and rights that nobody has but by an ACL. */
export class SecureKafka {
  private constructor(
    /** The listener without any security; whoever comes there may do everything. */
    readonly open: string,
    readonly controller: string,
    private readonly ports: Readonly<Record<ListenerName, number>>,
    /** The authority that signed the certificates of broker and client. */
    readonly ca: string,
    /** An authority that signed nothing. */
    readonly strangerCa: string,
    readonly client: Certificate,
    readonly proxy: TcpProxy,
    private readonly broker: StartedKafka,
  ) {}

  static async start(): Promise<SecureKafka> {
    const { createAuthority, freePorts, startKafka } = await services()
    const folder = mkdtempSync(join(tmpdir(), 'gulo-certificates-'))
    const names = Object.keys(LISTENERS) as ListenerName[]
    const free = await freePorts(names.length)
    const ports = Object.fromEntries(names.map((name, index) => [name, free[index]])) as Record<ListenerName, number>
    const proxy = await TcpProxy.start({ target: `127.0.0.1:${ports.proxied}` })
    try {
      const authority = await createAuthority(folder, 'Gulo tests')
      const stranger = await createAuthority(folder, 'Stranger')
      const client = await authority.issue({ name: 'client' })
      const options = await brokerOptions(authority, ports, proxy.port)
      const broker = await startKafka({ options })
      const controller = `127.0.0.1:${broker.controllers[0]}`
      return new SecureKafka(broker.address, controller, ports, authority.cert, stranger.cert, client, proxy, broker)
    } catch (error) {
      await proxy.close()
      throw error
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  address(listener: ListenerName): string {
    return listener === 'proxied' ? this.proxy.address : `127.0.0.1:${this.ports[listener]}`
  }

  /** Options that are right for a listener. */
  options(listener: ListenerName, user: User = 'alice'): KafkaOptions {
    const { ca, client } = this
    const password = PASSWORDS[user]
    const scram = { mechanism: 'scram-sha-256', username: user, password } as const
    const fitting: Record<ListenerName, Partial<KafkaOptions>> = {
      scram: { ssl: { ca }, sasl: scram },
      plain: { sasl: { mechanism: 'plain', username: user, password } },
      bearer: { sasl: { mechanism: 'oauthbearer', token: async () => unsignedToken(user) } },
      tls: { ssl: { ca } },
      mutual: { ssl: { ca, cert: client.cert, key: client.key } },
      expired: { ssl: { ca } },
      elsewhere: { ssl: { ca } },
      proxied: {},
    }
    return { brokers: [this.address(listener)], securityProtocol: LISTENERS[listener], ...fitting[listener] }
  }

  /** A transport for a listener, with short pauses and not started. */
  transport(listener: ListenerName, more: Partial<KafkaOptions> = {}, user: User = 'alice'): KafkaTransport {
    return kafka(testOptions([], { ...this.options(listener, user), ...more }))
  }

  /** Does what only a super user may. */
  async administer(work: (admin: kafkajs.Admin) => Promise<unknown>): Promise<void> {
    const logLevel = kafkajs.logLevel.NOTHING
    const admin = new kafkajs.Kafka({ brokers: [this.open], logLevel }).admin()
    await admin.connect()
    try {
      await work(admin)
    } finally {
      await admin.disconnect()
    }
  }

  /** Allows `user` an operation on a topic or a group of this name. */
  async allow(user: User, kind: 'TOPIC' | 'GROUP', name: string, ...operations: Operation[]): Promise<void> {
    const acl = operations.map((operation) => ({
      resourceType: kafkajs.AclResourceTypes[kind],
      resourceName: name,
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
      principal: `User:${user}`,
      host: '*',
      operation: kafkajs.AclOperationTypes[operation],
      permissionType: kafkajs.AclPermissionTypes.ALLOW,
    }))
    await this.administer((admin) => admin.createAcls({ acl }))
  }

  async stop(): Promise<void> {
    await this.proxy.close()
    await this.broker.stop()
  }
}

type Operation = 'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE'

async function brokerOptions(authority: Authority, ports: Readonly<Record<ListenerName, number>>, proxied: number) {
  const { acls, sasl, scramUsers, tls } = await services()
  const issue = async (name: string, more: object = {}) =>
    tls({ store: (await authority.issue({ name, ...more })).store })
  const own = await authority.issue({ name: 'broker' })
  const trusted = tls({ store: own.store })
  const settings: Record<ListenerName, object> = {
    scram: { ...trusted, ...sasl({ mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-512'] }) },
    plain: sasl({ mechanisms: ['PLAIN'], users: PASSWORDS }),
    bearer: sasl({ mechanisms: ['OAUTHBEARER'] }),
    tls: trusted,
    mutual: tls({ store: own.store, clients: authority.file }),
    expired: await issue('expired', { days: -1 }),
    elsewhere: await issue('elsewhere', { hosts: ['kafka.example'] }),
    proxied: {},
  }
  const listeners = (Object.keys(LISTENERS) as ListenerName[]).map((name) => ({
    name: name.toUpperCase(),
    protocol: LISTENERS[name],
    port: ports[name],
    ...(name === 'proxied' ? { advertised: proxied } : {}),
    properties: settings[name],
  }))
  return {
    heapMb: 384,
    listeners,
    scram: scramUsers(PASSWORDS),
    properties: { ...acls(['alice', 'CN=client']), ...LIMITS },
  }
}

/** A token as RFC 7519 has it, of an algorithm that signs nothing. */
export function unsignedToken(subject: string, seconds = 3600): string {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now - 60, exp: now + seconds })}.`
}
