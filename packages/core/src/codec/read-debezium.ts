import { Attributes } from './attributes.js'
import { toEnvelope } from './envelope-of.js'
import type { Headers } from './headers.js'
import { binaryData } from './read-cloudevents.js'
import type { Reader } from './reader.js'

/**
 * Reads what the outbox router of Debezium sends: the id of the event in the header `id`, the payload alone in the
 * body, and as many CloudEvents headers as its connector was told to place. The type is that of the header `ce_type` or
 * `eventType`, else the topic; the source is `ce_source`, else the topic.
 */
export const debeziumReader: Reader = {
  name: 'debezium',
  recognises: (message) => Boolean(message.header('id')),
  read(message) {
    const found = message.attributes
    const attributes = Object.assign(new Attributes(), found, {
      id: message.header('id'),
      type: found.type ?? (message.header('eventType') || message.topic),
      source: found.source ?? message.topic,
      // The router makes the aggregate's id the key of the record.
      subject: found.subject ?? message.key,
    })
    const payload = binaryData(message, attributes.type)
    const envelope = toEnvelope(this.name, message, attributes, message.extensions, payload, message.contentType)
    return { ...envelope, headers: withoutRouting(envelope.headers) }
  },
}

function withoutRouting({ id: _id, eventType: _eventType, ...others }: Readonly<Headers> = {}): Headers | undefined {
  return Object.keys(others).length > 0 ? others : undefined
}
