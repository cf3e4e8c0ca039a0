/** Resolves in a later turn of the event loop: every promise that could settle by now has settled. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
