// #region definitions
import { rabbitmqDefinitions, topologyOf } from '@gulo/rabbitmq'

const placed = 'ordering.order.placed.v1'
const subscriptions = [{ group: 'inventory', action: 'reserve-stock', routes: [{ topic: placed, types: [placed] }] }]

/** What `rabbitmqctl import_definitions` reads. */
export const definitions = JSON.stringify(rabbitmqDefinitions(topologyOf(subscriptions), '/'), null, 2)
// #endregion
