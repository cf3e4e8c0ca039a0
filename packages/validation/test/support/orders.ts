import 'reflect-metadata'
import { Command, Contract, DomainEvent, IntegrationEvent, Query } from '@gulo/core'
import { Type } from 'class-transformer'
import { IsDate, IsEmail, IsInt, IsOptional, IsString, Min, ValidateNested } from 'class-validator'

export class Money {
  @IsInt() cents!: number
  @IsString() currency = 'EUR'
}

export class Line {
  @IsString() sku!: string
  @IsInt() @Min(1) quantity!: number
  @ValidateNested() price!: Money
}

export class PlaceOrder extends Command<number> {
  @IsEmail() email!: string
  @ValidateNested() @Type(() => Line) lines!: Line[]
  @IsOptional() @IsDate() deliverAt?: Date
  note?: string
}

export class FindOrder extends Query<string> {
  @IsString() id!: string
}

export class OrderPlaced extends DomainEvent {
  @IsString() id!: string
}

export class Unruled extends Command<number> {
  anything!: number
}

@Contract('ordering.order.placed.v1')
export class OrderPlacedV1 extends IntegrationEvent {
  @IsString() id!: string
  @IsDate() placedAt!: Date
}

export const ORDER = {
  email: 'someone@example.com',
  lines: [{ sku: 'A-1', quantity: 2, price: { cents: 250, currency: 'EUR' } }],
  deliverAt: '2026-03-04T05:06:07.890Z',
  note: 'ring twice',
}
