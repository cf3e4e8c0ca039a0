import 'reflect-metadata'
import { Command, Handles, Mediator } from '@gulo/core'
import { validation } from '@gulo/validation'
import { Type } from 'class-transformer'
import { ArrayNotEmpty, IsEmail, IsInt, IsString, Min, ValidateNested } from 'class-validator'

class Line {
  @IsString() sku!: string
  @IsInt() @Min(1) quantity!: number
}

class PlaceOrder extends Command<string> {
  @IsEmail() email!: string
  @ArrayNotEmpty() @ValidateNested() @Type(() => Line) lines!: Line[]
}

@Handles(PlaceOrder)
class PlaceOrderHandler {
  handle({ lines }: PlaceOrder) {
    return `placed ${lines.length}`
  }
}

const validated = validation()
const mediator = new Mediator({ handlers: [PlaceOrderHandler], middleware: [validated] })

export async function placeOrder(body: string): Promise<string> {
  const command = await validated.decode(PlaceOrder, JSON.parse(body))
  return mediator.send(command as PlaceOrder)
}
