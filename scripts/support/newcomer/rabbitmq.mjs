import { connect } from 'amqplib'

/** Runs the two processes of the page, the second after the first and once more while the first is away. */
export async function speakOverRabbitMq(url, shell) {
  const more = { RABBITMQ_URL: url }
  try {
    await warehouseThat(shell, more, () => shell.run('node dist/shop.js'))
    await shell.run('node dist/shop.js')
    await warehouseThat(shell, more, async () => undefined)
  } finally {
    await leaveNothing(url)
  }
}

async function warehouseThat(shell, more, meanwhile) {
  const warehouse = shell.start('dist/warehouse.js', more)
  let code
  try {
    await warehouse.until('waiting for orders')
    await meanwhile()
    console.log(`  ${await warehouse.until('set aside for order 4711')}`)
  } finally {
    code = await warehouse.stop()
  }
  if (code !== 0) throw new Error(`The warehouse ended with ${code} when it was told to stop.`)
}

async function leaveNothing(url) {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  for (const queue of ['warehouse.events.normal', 'warehouse.events.normal.quarantine'])
    await channel.deleteQueue(queue)
  await channel.deleteExchange('shop')
  await connection.close()
}
