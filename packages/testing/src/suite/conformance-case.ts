/** One promise of a port: a sentence, and the proof that a driver keeps it. */
export interface ConformanceCase<D> {
  readonly title: string
  /** Rejects when the driver does not keep the promise. */
  run(driver: D): Promise<void>
  /** Why drivers of these facts need not keep it. */
  readonly notFor?: string | undefined
}

/** Ends a case that does not concern a driver, once its driver has been seen: the case is shown as left out. */
export class LeftOut extends Error {}

/** What every driver of a suite may have. */
export interface Disposable {
  /** Is called after each case. */
  dispose?(): Promise<void> | void
}

/** Makes a fresh driver for each case. */
export type MakeDriver<D> = () => Promise<D> | D

/** Runs one case with a driver of its own. */
export async function runCase<D extends Disposable>(each: ConformanceCase<D>, make: MakeDriver<D>): Promise<void> {
  const driver = await make()
  try {
    await each.run(driver)
  } finally {
    await driver.dispose?.()
  }
}

/** The titles of the cases a driver fails, with their errors: for proving that a suite sees a broken driver. */
export async function failuresOf<D extends Disposable>(
  cases: readonly ConformanceCase<D>[],
  make: MakeDriver<D>,
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>()
  for (const each of cases) {
    if (each.notFor !== undefined) continue
    try {
      await runCase(each, make)
    } catch (error) {
      if (!(error instanceof LeftOut)) failures.set(each.title, error)
    }
  }
  return failures
}
