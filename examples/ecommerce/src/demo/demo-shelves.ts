import type { Shelves } from '../inventory/reserve-stock.js'

/** Shelves with troubles: one article is found at the third try, another not until somebody mends it. */
export class DemoShelves implements Shelves {
  static readonly SHAKY = 'SHAKY-1'
  static readonly BROKEN = 'BROKEN-1'
  private mended = false

  async locate(sku: string, attempt: number): Promise<void> {
    if (sku === DemoShelves.SHAKY && attempt < 3)
      throw new Error(`The shelf system did not answer (attempt ${attempt}).`)
    if (sku === DemoShelves.BROKEN && !this.mended) throw new Error('The shelf system knows no shelf 13.')
  }

  mend(): void {
    this.mended = true
  }
}
