// What JSON.stringify writes for a character that jsonb refuses: NUL, and half of a surrogate pair.
const REFUSED = /\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g

/** JSON that jsonb takes whatever is in it: a letter that could not be stored would hold up its partition. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(REFUSED, (found) => (found.length > 2 ? '\\ufffd' : found))
}
