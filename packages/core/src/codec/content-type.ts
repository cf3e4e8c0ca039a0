const JSON_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i
const TEXT_TYPE = /^\s*text\/|[/+](?:xml|yaml)\s*(?:;|$)|;\s*charset="?utf-8/i
const CLOUD_EVENTS = /^\s*application\/cloudevents/i

export const JSON_CONTENT_TYPE = 'application/json'
export const BYTES_CONTENT_TYPE = 'application/octet-stream'

/** Whether data of this content type are a JSON value. */
export function isJson(contentType: string): boolean {
  return contentType === JSON_CONTENT_TYPE || JSON_TYPE.test(contentType)
}

/** Whether data of this content type are read as a text rather than as bytes. */
export function isText(contentType: string): boolean {
  return TEXT_TYPE.test(contentType)
}

/** Whether the body is a whole CloudEvent: structured mode, recognised in any case as the bindings want. */
export function isCloudEvents(contentType: string): boolean {
  return contentType !== JSON_CONTENT_TYPE && CLOUD_EVENTS.test(contentType)
}
