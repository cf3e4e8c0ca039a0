import { url as ofBroker, PATIENCE_MS } from './broker.js'

/** A node of RabbitMQ that belongs to one test file. */
export interface PrivateNode {
  readonly address: string
  readonly tlsPort: number
  readonly pid: number
  start(): Promise<void>
  kill(signal?: string): Promise<void>
  control(...words: string[]): Promise<string>
  stop(): Promise<void>
}

export interface NodeOptions {
  readonly plugins?: readonly string[]
  readonly conf?: readonly string[]
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string; readonly verify?: boolean }
}

interface NodeModule {
  startRabbitmq(options: NodeOptions): Promise<PrivateNode>
  missingProgram(): string | undefined
}

const path = new URL('../../../../scripts/services/rabbitmq/node.mjs', import.meta.url).href
const { startRabbitmq, missingProgram } = (await import(path)) as NodeModule
const missing = ofBroker ? missingProgram() : 'no broker is wanted'

/**
 * `describe` with a node of its own, started before its tests and stopped after them; skipped where there is no server, or
 * for the reason in `fault`. Options that are costly to make are given as a function.
 */
export function describeWithNode(
  title: string,
  options: NodeOptions | (() => Promise<NodeOptions>),
  body: (node: () => PrivateNode) => void,
  fault: string | undefined = missing,
): void {
  const reason = missing ?? fault
  if (reason !== undefined) {
    describe.skip(`${title} [skipped: ${reason}]`, () => body(() => expectNode(undefined)))
    return
  }
  describe(title, function () {
    this.timeout(PATIENCE_MS)
    let node: PrivateNode | undefined
    before(async function () {
      this.timeout(120_000)
      node = await startRabbitmq(typeof options === 'function' ? await options() : options)
    })
    after(async function () {
      this.timeout(60_000)
      await node?.stop()
    })
    body(() => expectNode(node))
  })
}

function expectNode(node: PrivateNode | undefined): PrivateNode {
  if (node === undefined) throw new Error('the node has not been started')
  return node
}
