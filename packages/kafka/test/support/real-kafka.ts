import { type KafkaOptions, type KafkaTransport, kafka } from '@gulo/kafka'
import { testOptions } from './messages.js'

const servers = process.env['GULO_TEST_KAFKA']
const reason = process.env['GULO_SKIP_KAFKA'] ?? 'GULO_TEST_KAFKA names no broker'

// Brokers are restarted meanwhile, on a machine that may be busy.
const PATIENCE_MS = 60_000

/** `describe` with the addresses of a real broker; without one a skipped `describe` that says why. */
export function describeWithKafka(title: string, body: (brokers: readonly string[]) => void): void {
  if (servers) {
    describe(title, function () {
      this.timeout(PATIENCE_MS)
      body(servers.split(','))
    })
  } else describe.skip(`${title} [skipped: ${reason}]`, () => body(['localhost:9092']))
}

let count = 0
const run = Date.now().toString(36)

/** A name no other test and no earlier run has used. */
export function unique(name: string): string {
  count += 1
  return `${name}-${run}-${process.pid}-${count}`
}

/** A started transport with short pauses. */
export async function startKafka(
  brokers: readonly string[],
  options: Partial<KafkaOptions> = {},
): Promise<KafkaTransport> {
  const transport = kafka(testOptions(brokers, options))
  await transport.start()
  return transport
}

/** Resolves once `condition` holds; the test's own time-out is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10))
}
