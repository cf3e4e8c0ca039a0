/** Orders two offsets as numbers, without turning them into numbers: they may exceed 2^53. */
export function compareOffsets(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** The offset of the next message. */
export function after(offset: string): string {
  return String(BigInt(offset) + 1n)
}
