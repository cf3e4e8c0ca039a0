import { join } from 'node:path'

/** The text of `server.properties` for one broker of a cluster: loopback only, small, topics made on purpose. */
export function brokerProperties({ voters }, { id, ports, folder, options = {} }) {
  const listeners = [{ name: 'PLAINTEXT', protocol: 'PLAINTEXT', port: ports.client }, ...(options.listeners ?? [])]
  const controller = `CONTROLLER://127.0.0.1:${ports.controller}`
  const replicas = Math.min(voters.length, 3)
  const inSync = replicas > 2 ? 2 : 1
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: [...listeners.map((each) => `${each.name}://127.0.0.1:${each.port}`), controller].join(','),
    'advertised.listeners': listeners
      .map((each) => `${each.name}://127.0.0.1:${each.advertised ?? each.port}`)
      .join(','),
    'listener.security.protocol.map': [{ name: 'CONTROLLER', protocol: 'PLAINTEXT' }, ...listeners]
      .map((each) => `${each.name}:${each.protocol}`)
      .join(','),
    'log.dirs': join(folder, 'data'),
    'log.segment.bytes': 16_777_216,
    'num.partitions': 3,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    // Tests that watch a consumer die want sessions shorter than the broker's lower limit of 6 s.
    'group.min.session.timeout.ms': 1_000,
    'auto.create.topics.enable': false,
    ...Object.assign({}, ...listeners.map(ownProperties)),
    ...options.properties,
  }
  return `${Object.entries(properties)
    .map((pair) => pair.join('='))
    .join('\n')}\n`
}

function ownProperties({ name, properties = {} }) {
  const prefix = `listener.name.${name.toLowerCase()}`
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [`${prefix}.${key}`, value]))
}
