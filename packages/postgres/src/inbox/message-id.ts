import { createHash } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** An id as a UUID: itself where it is one in lower case, else one made of its hash, as other systems name messages freely. */
export function uuidOf(id: string): string {
  if (UUID.test(id)) return id
  const hash = createHash('sha256').update(id).digest('hex')
  // Version 8 is free for uses of one's own.
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
