// #region module
import 'reflect-metadata'
import { Command, Handles, memoryTransport, Service } from '@gulo/core'
import { guloModule, MEDIATOR } from '@gulo/inversify'
import { Container, injectable } from 'inversify'

@injectable()
class Counter {
  count = 0
}

class CountUp extends Command<number> {
  readonly by!: number
}

@injectable()
@Handles(CountUp)
class CountUpHandler {
  constructor(private readonly counter: Counter) {}

  async handle({ by }: CountUp) {
    this.counter.count += by
    return this.counter.count
  }
}

export async function countTo(total: number): Promise<number> {
  const container = new Container()
  container.bind(Counter).toSelf().inSingletonScope()
  container.load(guloModule({ name: 'counting', handlers: [CountUpHandler], transport: memoryTransport() }))

  await using _service = await container.get(Service).start()
  return container.get(MEDIATOR).send(CountUp.of({ by: total }))
}
// #endregion
