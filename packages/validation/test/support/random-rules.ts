import * as cv from 'class-validator'

/** Options of one decorator, as a property test draws them. */
export interface RuleOptions {
  readonly each?: boolean
  readonly groups?: string[]
  readonly always?: boolean
  readonly context?: object
  readonly message?: string
  readonly validateIf?: (object: object, value: unknown) => boolean
}

type MakeRule = (options: RuleOptions) => PropertyDecorator

@cv.ValidatorConstraint({ name: 'shortText' })
class ShortText implements cv.ValidatorConstraintInterface {
  validate(value: unknown, given: cv.ValidationArguments) {
    return String(value).length < 5 && given.targetName !== ''
  }
  defaultMessage({ property }: cv.ValidationArguments) {
    return `${property} is too long`
  }
}

@cv.ValidatorConstraint({ name: 'later', async: true })
class Later implements cv.ValidatorConstraintInterface {
  async validate(value: unknown) {
    await Promise.resolve()
    return value !== null && value !== undefined
  }
}

class NoConstraint {
  validate() {
    return false
  }
}

/** A rule written inline, as users do. */
function inline(name: string, validate: (value: unknown, given?: cv.ValidationArguments) => unknown): MakeRule {
  return (options) => (target, property) =>
    cv.registerDecorator({
      name,
      target: target.constructor,
      propertyName: property as string,
      options,
      constraints: [undefined],
      validator: { validate: validate as () => boolean, defaultMessage: () => '$property must be an email' },
    })
}

const blocking = (value: unknown) => cv.isEmail(value) && !String(value).endsWith('mailinator.com')

enum Colour {
  red = 'a',
  green = 'aa',
}

/** Every rule that the property test chooses from. */
export const RULES: Readonly<Record<string, MakeRule>> = {
  IsString: (o) => cv.IsString(o),
  IsInt: (o) => cv.IsInt(o),
  IsNumber: (o) => cv.IsNumber({}, o),
  IsNumberPlaces: (o) => cv.IsNumber({ maxDecimalPlaces: 1 }, o),
  IsNumberNaN: (o) => cv.IsNumber({ allowNaN: true, allowInfinity: true }, o),
  IsBoolean: (o) => cv.IsBoolean(o),
  IsDate: (o) => cv.IsDate(o),
  IsOptional: (o) => cv.IsOptional(o),
  IsIn: (o) => cv.IsIn(['a', 1, null], o),
  IsNotIn: (o) => cv.IsNotIn(['a', 1], o),
  Length: (o) => cv.Length(1, 3, o),
  MinLength: (o) => cv.MinLength(2, o),
  MaxLength: (o) => cv.MaxLength(3, o),
  MaxOnly: (o) => cv.Length(undefined as never, 3, o),
  Matches: (o) => cv.Matches(/^a+$/g, o),
  IsEnum: (o) => cv.IsEnum(Colour, o),
  Min: (o) => cv.Min(1, o),
  Max: (o) => cv.Max(1, o),
  IsPositive: (o) => cv.IsPositive(o),
  IsNegative: (o) => cv.IsNegative(o),
  IsDivisibleBy: (o) => cv.IsDivisibleBy(2, o),
  IsArray: (o) => cv.IsArray(o),
  ArrayNotEmpty: (o) => cv.ArrayNotEmpty(o),
  ArrayMinSize: (o) => cv.ArrayMinSize(1, o),
  ArrayMaxSize: (o) => cv.ArrayMaxSize(1, o),
  ArrayUnique: (o) => cv.ArrayUnique(o),
  ArrayContains: (o) => cv.ArrayContains([1], o),
  IsObject: (o) => cv.IsObject(o),
  IsNotEmptyObject: (o) => cv.IsNotEmptyObject({}, o),
  IsInstance: (o) => cv.IsInstance(Date, o),
  IsNotEmpty: (o) => cv.IsNotEmpty(o),
  IsEmpty: (o) => cv.IsEmpty(o),
  IsDefined: (o) => cv.IsDefined(o),
  Equals: (o) => cv.Equals('a', o),
  NotEquals: (o) => cv.NotEquals('a', o),
  Allow: (o) => cv.Allow(o),
  IsEmail: (o) => cv.IsEmail(undefined, o),
  IsEmailOptions: (o) => cv.IsEmail({ host_blacklist: ['example.com'] }, o),
  IsUUID: (o) => cv.IsUUID(undefined, o),
  IsISO8601: (o) => cv.IsISO8601({}, o),
  IsHexColor: (o) => cv.IsHexColor(o),
  IsNumberString: (o) => cv.IsNumberString({}, o),
  MinDate: (o) => cv.MinDate(new Date(0), o),
  MaxDate: (o) => cv.MaxDate(() => new Date(0), o),
  Contains: (o) => cv.Contains('a', o),
  ValidateNested: (o) => cv.ValidateNested(o),
  ValidatePromise: (o) => cv.ValidatePromise(o),
  ValidateIfText: (o) => cv.ValidateIf((_, value) => typeof value === 'string', o),
  ValidateIfSibling: (o) => cv.ValidateIf((object) => object.a, o),
  ValidateIfThrowing: (o) => cv.ValidateIf((_, value) => (value as string).length > 1, o),
  Custom: (o) => cv.Validate(ShortText, o),
  CustomAsync: (o) => cv.Validate(Later, o),
  CustomUnknown: (o) => cv.Validate(NoConstraint as never, o),
  InlineTruthy: inline('truthy', (value) => value),
  InlinePromise: inline('promised', (value) => Promise.resolve(value !== null)),
  InlineThrowing: inline('throwing', (value) => (value as string).length > 0),
  StricterEmail: inline('isEmail', blocking),
  SecondEmail: inline('isEmail', (value, given) => cv.isEmail(value, given?.constraints[0])),
}
