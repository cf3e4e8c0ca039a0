/** An expression for a time as RFC 3339 text, to the millisecond, whatever the zone of the connection. */
export function isoTime(expression: string): string {
  return `to_char(${expression} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
