import 'reflect-metadata'
import { validation } from '@gulo/validation'
import { expect } from 'chai'
import { plainToInstance, Type } from 'class-transformer'
import { Allow, IsOptional } from 'class-validator'
import fc from 'fast-check'

class Leaf {
  @IsOptional() @Type(() => Date) at?: Date
  @Allow() words: unknown = 'default'
}

class Branch {
  @IsOptional() @Type(() => Leaf) leaf?: Leaf
  @IsOptional() @Type(() => Leaf) leaves?: Leaf[]
  @IsOptional() @Type(() => Branch) below?: Branch
  @IsOptional() @Type(() => Date) dates?: Date[]
  @Allow() free?: unknown
}

// class-transformer drops names that every object has, such as valueOf: Gulo takes such values as they are.
const free = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.array(fc.string()),
  fc.dictionary(fc.constantFrom('k', 'l'), fc.boolean()),
)
const missing = { requiredKeys: [] }
const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
  .map((date) => date.toISOString())
const leaf = fc.record({ at: fc.option(time), words: free }, missing)
const { branch } = fc.letrec<{ branch: object }>((tie) => ({
  branch: fc.record(
    {
      leaf: fc.option(leaf),
      leaves: fc.option(fc.array(leaf, { maxLength: 3 })),
      below: fc.option(tie('branch'), { maxDepth: 3 }),
      dates: fc.array(fc.oneof(time, fc.nat()), { maxLength: 2 }),
      free,
    },
    missing,
  ),
}))

describe('random wire data without surprises', () => {
  it('come out as class-transformer would make them', () => {
    const { decode } = validation()
    fc.assert(
      fc.property(branch, (data) => {
        const wire: unknown = JSON.parse(JSON.stringify(data))
        expect(decode(Branch as never, wire)).to.deep.equal(plainToInstance(Branch, wire))
      }),
      { numRuns: 500 },
    )
  })
})
