// Stands for bytes, as base64.
const MARK = '$bytes'

/** JSON of a value with bytes anywhere in it. */
export function toJsonWithBytes(value: unknown): string {
  // Not the second argument: a Buffer has turned itself into an object by then.
  return JSON.stringify(value, function replace(this: Record<string, unknown>, key: string, given: unknown) {
    const own = this[key]
    if (own instanceof Uint8Array)
      return { [MARK]: Buffer.from(own.buffer, own.byteOffset, own.byteLength).toString('base64') }
    return given
  })
}

/** What {@link toJsonWithBytes} was given. */
export function fromJsonWithBytes(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !(MARK in value)) return value
    return new Uint8Array(Buffer.from((value as Record<string, string>)[MARK] as string, 'base64'))
  })
}
