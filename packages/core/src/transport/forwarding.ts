import type { DelayedForwarder, Forwarder, Transport } from './transport.js'

/** Whether a transport sends bytes and headers as they are. */
export function canForward(transport: Transport): transport is Transport & Forwarder & Partial<DelayedForwarder> {
  return typeof (transport as Partial<Forwarder>).forward === 'function'
}
