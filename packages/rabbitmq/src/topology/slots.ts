/** Header of what is published, by which partitions are found: the slot of its key, else of its id, as decimal text. */
export const SLOT_HEADER = 'gulo-slot'
/** Slots that keys fall into. Never another number: keys would move while their messages wait. */
export const SLOTS = 16

const TEXTS = Array.from({ length: SLOTS }, (_, slot) => String(slot))
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * The slot of a key, `'0'` to `'15'`: FNV-1a of 32 bits over its UTF-8, mixed by the last step of MurmurHash3, and of that
 * the lowest four bits. Publishers of different versions share queues, so this never changes.
 */
export function slotOf(key: string | Uint8Array): string {
  return TEXTS[mixed(typeof key === 'string' ? hashOfText(key) : hashOfBytes(key)) & (SLOTS - 1)] as string
}

function hashOfText(text: string): number {
  let hash = FNV_OFFSET
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // Only ASCII is its own UTF-8.
    if (unit > 127) return hashOfBytes(Buffer.from(text, 'utf8'))
    hash = Math.imul(hash ^ unit, FNV_PRIME)
  }
  return hash
}

function hashOfBytes(bytes: Uint8Array): number {
  let hash = FNV_OFFSET
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME)
  return hash
}

// The lowest bits of FNV-1a see only the lowest bits of each byte: keys that differ in others would share a slot.
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
