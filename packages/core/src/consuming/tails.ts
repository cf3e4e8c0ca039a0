/** What can be the last of its key. */
export interface Tail {
  readonly key: string | undefined
  /** Kept here by `Tails`. */
  hash: number
  /** Kept here by `Tails`: the next one in the same place. */
  beside: this | undefined
}

const FIRST_SIZE = 256

/**
 * The last of each key. No map: as its keys come and go it leaves tables behind that keep what was in them, here every
 * message with its event, until all of the heap is swept; with handlers that do little, that is what they cost.
 */
export class Tails<T extends Tail> {
  private places: (T | undefined)[] = new Array<T | undefined>(FIRST_SIZE).fill(undefined)
  private count = 0

  get size(): number {
    return this.count
  }

  /** Makes this the last of its key, and answers what was that. */
  put(tail: T): T | undefined {
    if (this.count >= this.places.length) this.grow()
    tail.hash = hashOf(tail.key as string)
    const former = this.find(tail)
    if (former !== undefined) this.remove(former)
    this.insert(tail)
    return former
  }

  /** Takes out what is in it. */
  remove(tail: T): void {
    const place = this.placeOf(tail)
    const first = this.places[place]
    if (first === tail) this.places[place] = tail.beside
    else {
      let before = first as T
      while (before.beside !== tail) before = before.beside as T
      before.beside = tail.beside
    }
    tail.beside = undefined
    this.count -= 1
  }

  private find({ key, hash }: T): T | undefined {
    let found = this.places[hash & (this.places.length - 1)]
    while (found !== undefined && (found.hash !== hash || found.key !== key)) found = found.beside
    return found
  }

  private insert(tail: T): void {
    const place = this.placeOf(tail)
    tail.beside = this.places[place]
    this.places[place] = tail
    this.count += 1
  }

  private placeOf({ hash }: T): number {
    return hash & (this.places.length - 1)
  }

  private grow(): void {
    const { places } = this
    this.places = new Array<T | undefined>(places.length * 2).fill(undefined)
    this.count = 0
    for (let tail of places) {
      while (tail !== undefined) {
        const next: T | undefined = tail.beside
        this.insert(tail)
        tail = next
      }
    }
  }
}

function hashOf(key: string): number {
  let hash = 0
  for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0
  return hash ^ (hash >>> 15)
}
