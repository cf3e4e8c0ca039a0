/** A value that was found, for a sentence about it. */
export function say(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  return Array.isArray(value) && value.length === 0 ? 'empty' : String(value)
}

export function isWithin(value: unknown, lowest: number, highest: number): boolean {
  return Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest
}

/** `a`, `a or b`, `a, b or c`. */
export function sayOneOf(choices: readonly string[]): string {
  return choices.join(', ').replace(/, ([^,]*)$/, ' or $1')
}
