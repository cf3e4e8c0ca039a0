import type { ChannelModel } from 'amqplib'
import { onOwnChannel } from '../connection/channel-keeper.js'
import type { Topology, TopologyMode } from '../topology/topology.js'
import { declare } from './declare.js'
import { verify } from './verify.js'

/** Has the broker have what a topology names, as far as the mode allows, on channels of its own. */
export class Declarer {
  constructor(private readonly mode: TopologyMode) {}

  /**
   * @throws RABBITMQ_TOPOLOGY_REFUSED, RABBITMQ_TOPOLOGY_MISSING, RABBITMQ_PARTITIONS_CHANGED; any other error is that of
   * a lost connection
   */
  async provide(model: ChannelModel, topology: Topology): Promise<void> {
    const own = topology.queues.filter(({ exclusive }) => exclusive === true)
    if (this.mode === 'verify') await verify(model, { ...topology, queues: without(topology.queues, own) })
    if (this.mode === 'create') {
      await onOwnChannel(model, (channel) => declare(channel, topology))
    } else if (own.length > 0) {
      // Nobody else can make the queues of this connection.
      const bindings = topology.bindings.filter(
        (each) => 'queue' in each && own.some(({ name }) => name === each.queue),
      )
      await onOwnChannel(model, (channel) => declare(channel, { exchanges: [], queues: own, bindings }))
    }
  }
}

function without<T>(all: readonly T[], some: readonly T[]): readonly T[] {
  return all.filter((each) => !some.includes(each))
}
