/** An array the way PostgreSQL writes it as text, such as `{"a","b"}`. */
export function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(element).join()}}`
}

function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return arrayLiteral(value)
  const text = value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value)
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
