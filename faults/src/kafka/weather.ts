import type { ProxyFrame } from '@gulo/testing'
import type { Weather } from '../network.js'

const isAck = ({ from, name }: ProxyFrame) => from === 'server' && name === 'produce'
const isRecords = ({ from, name }: ProxyFrame) => from === 'client' && name === 'produce'
const isOther = ({ name }: ProxyFrame) => name !== 'produce'

/** The usual weather: 5 % of the answers to produce requests are lost with their connection. */
export const KAFKA_WEATHER: readonly Weather[] = [
  { name: 'droppedAcks', fault: 'cut', share: 0.05, when: isAck },
  { name: 'resetAcks', fault: 'reset', share: 0.01, when: isAck },
  { name: 'halfClosedAcks', fault: 'half-close', share: 0.01, when: isAck },
  { name: 'swallowedAcks', fault: 'swallow', share: 0.003, when: isAck },
  { name: 'delayedAcks', fault: { delayMs: 40 }, share: 0.03, when: isAck },
  { name: 'droppedProduces', fault: 'cut', share: 0.01, when: isRecords },
  { name: 'delayedProduces', fault: { delayMs: 40 }, share: 0.02, when: isRecords },
  { name: 'droppedOthers', fault: 'cut', share: 0.002, when: isOther },
]
