import { open } from 'node:fs/promises'
import type { Dispatcher } from '@gulo/core'
import { PlaceOrder } from './place-order.js'

export interface BadLine {
  readonly line: number
  readonly reason: string
}

export interface OrderFileReport {
  readonly accepted: number
  readonly bad: readonly BadLine[]
}

/** How many articles have an order under way at once; orders of one article go one after the other. */
const CONCURRENCY = 64

/** Sends the commands of a file, one JSON object a line. A bad line is reported and the rest carried on. */
export async function placeOrdersOf(path: string, mediator: Dispatcher): Promise<OrderFileReport> {
  const bad: BadLine[] = []
  const lastOfSku = new Map<string, Promise<void>>()
  const running = new Set<Promise<void>>()
  let accepted = 0
  let line = 0
  const file = await open(path)
  try {
    for await (const text of file.readLines()) {
      line++
      if (text.trim() === '') continue
      const number = line
      const order = parse(text)
      if (order === undefined) {
        bad.push({ line: number, reason: 'it is no JSON object' })
        continue
      }
      const before = lastOfSku.get(order.sku) ?? Promise.resolve()
      const placed = before
        .then(() => mediator.send(PlaceOrder.of(order)))
        .then(
          () => void accepted++,
          (error: unknown) => void bad.push({ line: number, reason: messageOf(error) }),
        )
        .finally(() => running.delete(placed))
      lastOfSku.set(order.sku, placed)
      running.add(placed)
      if (running.size >= CONCURRENCY) await Promise.race(running)
    }
  } finally {
    await file.close()
  }
  await Promise.all(running)
  return { accepted, bad: bad.sort((a, b) => a.line - b.line) }
}

/** An object of unknown content: the command's own validation looks at it. */
function parse(text: string): PlaceOrder | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as PlaceOrder) : undefined
  } catch {
    return undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
