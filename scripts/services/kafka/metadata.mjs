import { ask } from '../support/probe.mjs'

// Metadata request, version 5, for no topic: size, key 3, version, correlation 1, no client id, no topics, create none.
const QUESTION = Buffer.from('00000013' + '0003' + '0005' + '00000001' + 'ffff' + '00000000' + '00', 'hex')
QUESTION.writeInt32BE(QUESTION.length - 4)

/** How many brokers the one at `host:port` knows to be up; rejects when no Kafka broker answers there. */
export function countBrokers(host, port) {
  return ask(host, port, QUESTION, (bytes) => {
    if (bytes.readInt32BE(4) !== 1) throw new Error(`${host}:${port} is no Kafka broker`)
    // Size, correlation and throttle time come before the list.
    return bytes.readInt32BE(12)
  })
}
