/** Calls `work` `times` times from `callers` callers at once, each waiting for its own call before the next. */
export async function concurrently(
  callers: number,
  times: number,
  work: (number: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const caller = async () => {
    while (next < times) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(callers, times) }, caller))
}
