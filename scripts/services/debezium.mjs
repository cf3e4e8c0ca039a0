import { CONNECT_VERSIONS, connectFault, connectLibraries, isFetched } from './connect/libraries.mjs'
import { findJava } from './kafka/java.mjs'

/**
 * Kafka Connect with Debezium: no server to find but libraries, from which tests start workers of their own; its address is
 * the folder of its plug-ins.
 */
export const debezium = {
  name: 'debezium',
  library: true,
  places: (address) => [address],
  /** Finds the libraries, or fetches them into the cache. Rejects with the reason. */
  async provide() {
    const fault = (await findJava()).fault ?? connectFault()
    if (fault) throw new Error(fault)
    const { plugins } = await connectLibraries()
    return { how: 'used', address: plugins, detail: CONNECT_VERSIONS }
  },
  /** Why it is not here; undefined when it is. Nothing is fetched. */
  async missing() {
    const { fault } = await findJava()
    return fault ?? connectFault() ?? (isFetched() ? undefined : 'not fetched; npm run services -- debezium does')
  },
}
