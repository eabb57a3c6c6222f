/** A list of 32-bit integers that grows: four bytes each, where an array of numbers would take several times as much. */
export class GrowingNumbers {
  #items = new Int32Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }
  push(value: number): void {
    if (this.#length === this.#items.length) {
      const larger = new Int32Array(this.#items.length * 2)
      larger.set(this.#items)
      this.#items = larger
    }
    this.#items[this.#length] = value
    this.#length += 1
  }
  at(index: number): number {
    return index < this.#length ? (this.#items[index] ?? 0) : 0
  }
  set(index: number, value: number): void {
    this.#items[index] = value
  }
}
