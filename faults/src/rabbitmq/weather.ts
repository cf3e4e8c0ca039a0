import type { ProxyFrame } from '@gulo/testing'
import type { Weather } from '../network.js'

const is =
  (from: ProxyFrame['from'], name: string) =>
  (frame: ProxyFrame): boolean =>
    frame.from === from && frame.name === name
const isConfirm = is('server', 'basic.ack')

/** The usual weather. A connection that stalls is found out by its heartbeat. */
export const RABBITMQ_WEATHER: readonly Weather[] = [
  { name: 'droppedConfirms', fault: 'cut', share: 0.003, when: isConfirm },
  { name: 'resetConfirms', fault: 'reset', share: 0.0005, when: isConfirm },
  { name: 'halfClosedConfirms', fault: 'half-close', share: 0.0005, when: isConfirm },
  { name: 'stalledConfirms', fault: 'stall', share: 0.0001, when: isConfirm },
  { name: 'delayedConfirms', fault: { delayMs: 40 }, share: 0.001, when: isConfirm },
  { name: 'droppedPublishes', fault: 'cut', share: 0.0005, when: is('client', 'basic.publish') },
  { name: 'droppedDeliveries', fault: 'cut', share: 0.0002, when: is('server', 'basic.deliver') },
  { name: 'droppedAcks', fault: 'cut', share: 0.0005, when: is('client', 'basic.ack') },
]
