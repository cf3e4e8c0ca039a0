import { parseArgs } from 'node:util'
import { brokerFromEnv } from './broker.js'
import { tellOrders } from './orders-chapter.js'
import { Paper } from './paper.js'
import { Shop } from './shop.js'
import { tellStory } from './story.js'

const USAGE = `npm run demo [-- --orders orders.ndjson]

  --orders FILE   also place the orders of a file, one JSON object a line: {"orderId": uuid, "sku": text, "quantity": number}
  BROKER=memory|rabbitmq|kafka  chooses the broker (RABBITMQ_URL, KAFKA_BOOTSTRAP_SERVERS say where it is)`

/** Runs the demo; answers the exit code: 0 when everything came true. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { orders: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const paper = new Paper()
  const broker = brokerFromEnv()
  const shop = new Shop(broker)
  console.log(`Three services, ordering, inventory and notification, speak over ${broker.name}.`)
  try {
    await shop.open()
    await tellStory(shop, paper)
    if (values.orders !== undefined) await tellOrders(values.orders, shop, paper)
  } finally {
    await shop[Symbol.asyncDispose]()
  }
  paper.chapter(paper.failed === 0 ? 'Everything came true.' : `${paper.failed} expectations did not come true.`)
  return paper.failed === 0 ? 0 : 1
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
