/** A list of numbers in one growing block: a long run has millions of batches, and an object for each is too much. */
export class Numbers {
  #block = new Float64Array(64);
  length = 0;

  push(...numbers: readonly number[]): void {
    if (this.length + numbers.length > this.#block.length) {
      const larger = new Float64Array(2 * this.#block.length);
      larger.set(this.#block);
      this.#block = larger;
    }
    this.#block.set(numbers, this.length);
    this.length += numbers.length;
  }
  slice(from: number, to: number): Float64Array {
    return this.#block.slice(from, Math.min(to, this.length));
  }
  at(index: number): number {
    return this.#block[index]!;
  }
}
