import { Command, type Result } from '@gulo/core'
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsString,
  IsUUID,
  Length,
  Max,
  Min,
} from 'class-validator'

/** Eight fields whose types are checked and nothing more. */
export class PlainOrder extends Command<Result<string>> {
  @IsString() readonly orderId!: string
  @IsString() readonly email!: string
  @IsString() readonly sku!: string
  @IsInt() readonly quantity!: number
  @IsNumber() readonly price!: number
  @IsString() readonly currency!: string
  @IsString() readonly placedAt!: string
  @IsBoolean() readonly gift!: boolean
}

/** The same eight fields with formats and ranges. */
export class StrictOrder extends Command<Result<string>> {
  @IsUUID() readonly orderId!: string
  @IsEmail() readonly email!: string
  @IsString() @Length(1, 40) readonly sku!: string
  @IsInt() @Min(1) @Max(1000) readonly quantity!: number
  @IsNumber() @Min(0) readonly price!: number
  @IsIn(['EUR', 'USD', 'GBP']) readonly currency!: string
  @IsISO8601() readonly placedAt!: string
  @IsBoolean() readonly gift!: boolean
}

/** The data of an order that breaks no rule. */
export function orderData(index: number) {
  return {
    orderId: `018f3c2a-7b1e-7c3d-9a4f-${String(index % 4096).padStart(12, '0')}`,
    email: `buyer${index % 4096}@example.com`,
    sku: 'A-1',
    quantity: 1 + (index % 1000),
    price: 19.9,
    currency: 'EUR',
    placedAt: '2026-01-31T12:00:00.000Z',
    gift: index % 2 === 0,
  }
}
