import { inspect } from 'node:util'
import { compilePlan } from '@gulo/validation'
import { expect } from 'chai'
import { useContainer, type ValidationError, type ValidatorOptions, validate } from 'class-validator'
import fc from 'fast-check'
import { type ClassSpec, classSpec, forget, makeClass } from '../support/random-class.js'
import { type Make, subject } from '../support/random-object.js'

const CLASSES = Number(process.env['GULO_VALIDATION_CLASSES'] ?? 500)
const OBJECTS_PER_CLASS = 10

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
  before(() => useContainer({ get: (cls) => get(cls as new () => unknown) as never }))
  after(() => useContainer(undefined as never))

  it('finds what class-validator finds, changes what it changes and throws what it throws', async () => {
    let passed = 0
    let failed = 0
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(classSpec, classSpec),
        options,
        fc.array(subject, { minLength: OBJECTS_PER_CLASS, maxLength: OBJECTS_PER_CLASS }),
        async (specs, settings, subjects) => {
          const verdicts = await compare(specs, settings, subjects)
          passed += verdicts.filter(Boolean).length
          failed += verdicts.filter((each) => !each).length
        },
      ),
      { numRuns: CLASSES },
    )
    // Both verdicts must be common, or the comparison proves little.
    expect(passed).to.be.above(CLASSES / 2)
    expect(failed).to.be.above(CLASSES)
  })
})

async function compare(specs: readonly ClassSpec[], settings: ValidatorOptions, subjects: readonly Make[]) {
  const made: (new () => Record<string, unknown>)[] = []
  const classes = specs.map((spec) => makeClass(spec, made))
  try {
    const plan = compilePlan(classes[0] as new () => object, settings)
    const verdicts: boolean[] = []
    for (const make of subjects) {
      const [own, reference] = [make(classes) as object, make(classes) as object]
      const passes = plan.passes(make(classes) as object)
      const found = await outcome(() => plan.errors(own))
      const expected = await outcome(() => validate(reference, settings))
      expect(`${found}\n${show(own)}`).to.equal(`${expected}\n${show(reference)}`)
      if (passes) expect(expected).to.equal('[]')
      verdicts.push(passes)
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
