import type { Effort, Stopwatch, Variant } from './suite.js'

/** Reads the clocks of a measurement, both in nanoseconds from any start. */
export interface Meter {
  now(): number
  cpu(): number
}

/** Nanoseconds per operation of one variant, one entry for each round. */
export interface Samples {
  readonly wall: readonly number[]
  readonly cpu: readonly number[]
}

/** By default 60 rounds after 20 that compile the code and settle the batch sizes, in batches of 10 ms. */
export interface InterleaveOptions extends Partial<Effort> {
  /** @default wall clock and CPU time of this process */
  readonly meter?: Meter
}

interface Batch {
  readonly wall: number
  readonly cpu: number
}

const FIRST_BATCH = 16
const GROWTH = 8
const FEWEST_ROUNDS = 5

/** The clocks of this process. */
export const processMeter: Meter = {
  now: () => Number(process.hrtime.bigint()),
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) * 1000
  },
}

/**
 * Runs every variant once in every round, each round starting with another one, so that noise of the machine meets all
 * of them alike. Answers the samples by the name of the variant.
 */
export async function interleave(
  variants: readonly Variant[],
  options: InterleaveOptions = {},
): Promise<ReadonlyMap<string, Samples>> {
  const { rounds = 60, warmUpRounds = 20, batchMs = 10, longestMs = Number.POSITIVE_INFINITY } = options
  const { meter = processMeter } = options
  const sizes = await warmUp(variants, warmUpRounds, batchMs, meter)
  const endsAt = meter.now() + longestMs * 1e6
  const samples = new Map(variants.map(({ name }) => [name, { wall: [] as number[], cpu: [] as number[] }]))
  for (let round = 0; round < rounds; round++) {
    if (round >= FEWEST_ROUNDS && meter.now() >= endsAt) break
    for (const variant of rotated(variants, round)) {
      const size = sizes.get(variant) as number
      const { wall, cpu } = await runBatch(variant, size, meter)
      samples.get(variant.name)?.wall.push(wall / size)
      samples.get(variant.name)?.cpu.push(cpu / size)
    }
  }
  return samples
}

/** The variants in turn, starting with another one in every round, and backwards in every second one. */
export function rotated<T>(all: readonly T[], round: number): readonly T[] {
  const start = round % all.length
  const order = [...all.slice(start), ...all.slice(0, start)]
  // What a variant leaves behind for the collector must not always be paid by the same neighbour.
  return round % 2 === 0 ? order : order.reverse()
}

async function warmUp(
  variants: readonly Variant[],
  rounds: number,
  batchMs: number,
  meter: Meter,
): Promise<ReadonlyMap<Variant, number>> {
  const sizes = new Map(variants.map((variant) => [variant, variant.times ?? FIRST_BATCH]))
  for (let round = 0; round < rounds; round++) {
    for (const variant of rotated(variants, round)) {
      const size = sizes.get(variant) as number
      const { wall } = await runBatch(variant, size, meter)
      if (variant.times === undefined) sizes.set(variant, nextSize(size, wall, batchMs))
    }
  }
  return sizes
}

/** The size at which a batch would take `batchMs`, approached in bounded steps: the first batches run uncompiled code. */
export function nextSize(size: number, wallNs: number, batchMs: number): number {
  const wanted = (size * batchMs * 1e6) / Math.max(wallNs, 1)
  return Math.max(1, Math.round(Math.min(Math.max(wanted, size / GROWTH), size * GROWTH)))
}

async function runBatch({ run }: Variant, size: number, meter: Meter): Promise<Batch> {
  // Whatever the batch before has left in the queues runs now, outside the measurement.
  await new Promise((resolve) => setImmediate(resolve))
  const watch = new Watch(meter)
  await run(size, watch)
  watch.stop()
  return watch.read()
}

class Watch implements Stopwatch {
  private from: Batch
  private to: Batch | undefined

  constructor(private readonly meter: Meter) {
    this.from = this.now()
  }

  start(): void {
    this.from = this.now()
    this.to = undefined
  }

  stop(): void {
    this.to ??= this.now()
  }

  read(): Batch {
    const { from, to = this.now() } = this
    return { wall: to.wall - from.wall, cpu: to.cpu - from.cpu }
  }

  private now(): Batch {
    return { cpu: this.meter.cpu(), wall: this.meter.now() }
  }
}
