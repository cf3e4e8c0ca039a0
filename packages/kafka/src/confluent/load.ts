import { kafkaFault, reasonOf } from '../faults.js'
import type { ConfluentModule } from './driver.js'
import { isDriver } from './options.js'

// A variable, so that neither the compiler nor a bundler insists on a module that may be absent.
const NAME: string = '@confluentinc/kafka-javascript'

/** Gives the module that was handed in, else loads the installed one. @throws KAFKA_CLIENT_MISSING */
export async function loadDriver(given: unknown): Promise<ConfluentModule> {
  const module = given ?? (await importDriver())
  if (isDriver(module)) return module as ConfluentModule
  throw kafkaFault('KAFKA_CLIENT_MISSING', { module: NAME, reason: 'it exports neither Producer nor KafkaConsumer' })
}

async function importDriver(): Promise<unknown> {
  try {
    const { default: module } = (await import(NAME)) as { readonly default?: unknown }
    return module
  } catch (error) {
    // the hint of Node is a stack of paths: the first line says it
    const [reason = ''] = reasonOf(error).split('\n')
    throw kafkaFault('KAFKA_CLIENT_MISSING', { module: NAME, reason }, error)
  }
}
