// #region proxy
import { seededRandom } from '@gulo/core'
import { kafkaFrames, randomFaults, TcpProxy } from '@gulo/testing'

/** Loses one acknowledgement in twenty with its connection, after Kafka has stored the batch. */
export function lossyKafka(target: string, seed: number): Promise<TcpProxy> {
  return TcpProxy.start({
    target, // host:port of the broker
    frames: kafkaFrames,
    decide: randomFaults(seededRandom(seed), [
      { fault: 'cut', share: 0.05, when: ({ from, name }) => from === 'server' && name === 'produce' },
    ]),
  })
}
// #endregion
