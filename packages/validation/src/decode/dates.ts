const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))?$/

/**
 * A date of wire data: ISO 8601 with its time zone, a day alone (midnight UTC), or milliseconds since 1970. A time
 * without a zone is refused: it would mean another moment on every machine. `undefined` for anything else.
 */
export function parseDate(value: unknown): Date | undefined {
  if (typeof value === 'number') return valid(new Date(value))
  if (typeof value !== 'string') return undefined
  const parts = ISO.exec(value)
  if (parts === null || !isDayOfMonth(Number(parts[1]), Number(parts[2]), Number(parts[3]))) return undefined
  return valid(new Date(value.replace(',', '.')))
}

function valid(date: Date): Date | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date
}

// JavaScript itself reads 31 February as 2 March.
function isDayOfMonth(year: number, month: number, day: number): boolean {
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
