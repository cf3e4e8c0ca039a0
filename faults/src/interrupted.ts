const cleanups = new Set<() => Promise<void>>()

/** Has `cleanup` done before the process ends by a signal; call what it answers when that is no longer needed. */
export function whenInterrupted(cleanup: () => Promise<void>): () => void {
  cleanups.add(cleanup)
  return () => void cleanups.delete(cleanup)
}

/** Makes signals end the process only after everything is cleaned up. */
export function cleanUpOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      void Promise.allSettled([...cleanups].reverse().map((cleanup) => cleanup())).then(() => process.exit(code))
    })
  }
}
