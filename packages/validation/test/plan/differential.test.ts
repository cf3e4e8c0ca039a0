import { inspect } from 'node:util'
import { compilePlan } from '@gulo/validation'
import { expect } from 'chai'
import { useContainer, type ValidationError, type ValidatorOptions, validate } from 'class-validator'
import fc from 'fast-check'
import { type ClassSpec, classSpec, forget, makeClass } from '../support/random-class.js'
import { type Make, type Scene, subject } from '../support/random-object.js'

const CLASSES = Number(process.env['GULO_VALIDATION_CLASSES'] ?? 1500)
const OBJECTS_PER_CLASS = 10
// The same classes and objects in every run; another seed tries others.
const SEED = Number(process.env['GULO_VALIDATION_SEED'] ?? 1)

const options: fc.Arbitrary<ValidatorOptions> = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      whitelist: fc.boolean(),
      forbidNonWhitelisted: fc.boolean(),
      skipMissingProperties: fc.boolean(),
      skipNullProperties: fc.boolean(),
      skipUndefinedProperties: fc.boolean(),
      groups: fc.subarray(['one', 'two', 'three']),
      always: fc.boolean(),
      strictGroups: fc.boolean(),
      forbidUnknownValues: fc.boolean(),
      stopAtFirstError: fc.boolean(),
      dismissDefaultMessages: fc.boolean(),
      validationError: fc.record({ target: fc.boolean(), value: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  ),
)

describe('a plan of random rules, given random objects', function () {
  this.timeout(0)
  // The default container of class-validator searches a list that only grows.
  const instances = new Map<unknown, unknown>()
  const get = (cls: new () => unknown) => instances.get(cls) ?? instances.set(cls, new cls()).get(cls)
  // What watches promises anywhere in the process, as some libraries do, marks each with a number of its own.
  const promises = Promise.prototype as { [inspect.custom]?: () => string }
  before(() => {
    promises[inspect.custom] = () => 'Promise'
  })
  after(() => {
    delete promises[inspect.custom]
  })

  before(() => useContainer({ get: (cls) => get(cls as new () => unknown) as never }))
  after(() => useContainer(undefined as never))

  // A rule that throws makes class-validator leave the promises of its other rules to nobody. Those are no findings.
  let listeners: NodeJS.UnhandledRejectionListener[] = []
  const listen = (reason: unknown, promise: Promise<unknown>) => {
    if (reason instanceof Error && reason.stack?.includes('ValidationExecutor')) return
    for (const listener of listeners) listener(reason, promise)
  }
  before(() => {
    listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', listen)
  })
  after(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
  })

  it('finds what class-validator finds, changes what it changes and throws what it throws', async () => {
    const count = { passed: 0, asked: 0, failed: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(classSpec, classSpec),
        options,
        fc.array(subject, { minLength: OBJECTS_PER_CLASS, maxLength: OBJECTS_PER_CLASS }),
        async (specs, settings, subjects) => {
          for (const verdict of await compare(specs, settings, subjects)) count[verdict]++
        },
      ),
      { numRuns: CLASSES, seed: SEED },
    )
    // Both verdicts must be common, and valid objects mostly known to be valid without asking: else this proves little.
    expect(count.passed).to.be.above(CLASSES)
    expect(count.failed).to.be.above(CLASSES)
    expect(count.asked).to.be.below(count.passed)
  })
})

/** The plan passed it; class-validator had to be asked, and found nothing; or it found something. */
type Verdict = 'passed' | 'asked' | 'failed'

async function compare(specs: readonly ClassSpec[], settings: ValidatorOptions, subjects: readonly Make[]) {
  const made: (new () => Record<string, unknown>)[] = []
  const classes = specs.map((spec) => makeClass(spec, made))
  const scene: Scene = { classes, specs }
  try {
    const plan = compilePlan(classes[0] as new () => object, settings)
    const verdicts: Verdict[] = []
    for (const make of subjects) {
      const [own, reference] = [make(scene) as object, make(scene) as object]
      const passes = plan.passes(make(scene) as object)
      const found = await outcome(() => plan.errors(own))
      const expected = await outcome(() => validate(reference, settings))
      if (found !== expected) expect.fail(`found\n${found}\nwhere class-validator has\n${expected}`)
      expect(show(own)).to.equal(show(reference))
      if (passes) expect(expected).to.equal('[]')
      verdicts.push(passes ? 'passed' : expected === '[]' ? 'asked' : 'failed')
    }
    return verdicts
  } finally {
    forget(made)
  }
}

async function outcome(run: () => readonly ValidationError[] | Promise<readonly ValidationError[]>): Promise<string> {
  try {
    return show(await run())
  } catch (error) {
    return `throws ${error}`
  }
}

function show(value: unknown): string {
  return inspect(value, { depth: 12, breakLength: Number.POSITIVE_INFINITY })
}
