/** Gathers what is added in one turn of the event loop and hands it over at once. */
export function batched<T>(flush: (items: T[]) => void): (item: T) => void {
  let waiting: T[] = []
  return (item) => {
    if (waiting.length === 0) {
      setImmediate(() => {
        const items = waiting
        waiting = []
        flush(items)
      })
    }
    waiting.push(item)
  }
}
