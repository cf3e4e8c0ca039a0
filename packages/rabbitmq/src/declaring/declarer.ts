import type { ChannelModel } from 'amqplib'
import { onOwnChannel } from '../connection/channel-keeper.js'
import type { BindingDeclaration, Topology, TopologyMode } from '../topology/topology.js'
import { declare } from './declare.js'
import { verify } from './verify.js'

/** Has the broker have what a topology names, as far as the mode allows, on channels of its own. */
export class Declarer {
  constructor(private readonly mode: TopologyMode) {}

  /**
   * `doubtful` has the broker asked also where everything is taken for granted.
   * @throws RABBITMQ_TOPOLOGY_REFUSED, RABBITMQ_TOPOLOGY_MISSING, RABBITMQ_PARTITIONS_CHANGED; any other error is that of
   * a lost connection
   */
  async provide(model: ChannelModel, topology: Topology, doubtful = false): Promise<void> {
    const own = ownOf(topology)
    if (this.mode === 'verify' || (this.mode === 'assume' && doubtful)) await verify(model, without(topology, own))
    if (this.mode === 'create') await onOwnChannel(model, (channel) => declare(channel, topology))
    // Nobody else can make the queues of this connection.
    else if (own.length > 0) await onOwnChannel(model, (channel) => declare(channel, onlyOf(own, topology)))
  }

  /**
   * As `provide`, for what is in use. It makes no queue that belongs to the connection: the consumer that is to have it
   * has one of another name by now.
   */
  async renew(model: ChannelModel, topology: Topology): Promise<void> {
    const own = ownOf(topology)
    const shared = without(topology, own)
    if (this.mode === 'verify') await verify(model, shared)
    const mine = this.mode === 'create' ? shared : { ...onlyOf(own, topology), queues: [] }
    if (mine.bindings.length + mine.queues.length > 0) await onOwnChannel(model, (channel) => declare(channel, mine))
  }
}

/** Queues that belong to one connection. */
function ownOf({ queues }: Topology): Topology['queues'] {
  return queues.filter(({ exclusive }) => exclusive === true)
}

function without(topology: Topology, own: Topology['queues']): Topology {
  return { ...topology, queues: topology.queues.filter((each) => !own.includes(each)) }
}

function onlyOf(own: Topology['queues'], { bindings }: Topology): Topology {
  const isOwn = (each: BindingDeclaration) => 'queue' in each && own.some(({ name }) => name === each.queue)
  return { exchanges: [], queues: own, bindings: bindings.filter(isOwn) }
}
