/** Into how many parts the keys are divided; relays share the parts. */
export const SLOTS = 16

/** The slot of a key: always the same, so that one relay has it and keeps its order. FNV-1a over UTF-16 units. */
export function slotOf(key: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) {
    hash ^= key.charCodeAt(index)
    hash = Math.imul(hash, 0x01000193)
  }
  return (hash >>> 0) % SLOTS
}
