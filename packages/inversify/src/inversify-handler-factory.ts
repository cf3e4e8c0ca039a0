import type { HandlerFactory } from '@gulo/core'

/** What the factory needs of a container, or of the context in which one resolves. */
export interface Resolver {
  get<T>(identifier: new (...parameters: never[]) => T): T
}

/**
 * Takes handlers from a container. Singletons are taken once; a transient one for each message, which costs a fraction of
 * a microsecond. No child container is ever made: it would cost a hundred times as much.
 */
export class InversifyHandlerFactory implements HandlerFactory {
  constructor(
    private readonly resolver: Resolver,
    private readonly transients: ReadonlySet<unknown> = new Set(),
  ) {}

  create<H extends object>(handlerClass: new (...parameters: never[]) => H): H {
    return this.resolver.get(handlerClass)
  }

  isTransient(handlerClass: unknown): boolean {
    return this.transients.has(handlerClass)
  }
}
