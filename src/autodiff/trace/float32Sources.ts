/**
 * Keeps the float64 values of number literals, which TensorFlow.js rounds to float32 before anyone else sees them.
 *
 * While it watches, `globalThis.Float32Array` is a proxy. Its constructor still returns real Float32Arrays, but
 * remembers what each was made from.
 */
export class Float32Sources {
  readonly #sources = new WeakMap<Float32Array, ArrayLike<number> | "empty">();
  readonly #real = Float32Array;
  #watching = false;

  /** Begins to watch. Returns whether the constructor could be replaced, which a frozen global does not allow. */
  start(): boolean {
    const remember = this.#sources;
    const proxy = new Proxy(this.#real, {
      construct(target, given: readonly unknown[], newTarget) {
        const made: Float32Array = Reflect.construct(target, given, newTarget === proxy ? target : newTarget);
        const source = given[0];
        if (isNumbers(source)) remember.set(made, source);
        else if (typeof source === "number") remember.set(made, "empty");
        return made;
      },
    });
    this.#watching = Reflect.defineProperty(globalThis, "Float32Array", {
      value: proxy,
      writable: true,
      enumerable: false,
      configurable: true,
    });
    return this.#watching;
  }

  stop(): void {
    if (!this.#watching) return;
    this.#watching = false;
    Reflect.defineProperty(globalThis, "Float32Array", {
      value: this.#real,
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }

  /**
   * Returns the float64 values behind an array.
   *
   * These are the numbers it was made from, where they still round to what it holds. An array that was filled
   * afterwards, or made while nobody watched, gives short decimals. Any other array gives what it holds.
   */
  valuesOf(array: Float32Array): Float64Array {
    const source = this.#sources.get(array);
    if (source === undefined && this.#watching) return Float64Array.from(array);
    return Float64Array.from(array, (rounded, i) => {
      const exact = source === undefined || source === "empty" ? undefined : source[i];
      return exact !== undefined && Object.is(Math.fround(exact), rounded) ? exact : shortDecimal(rounded);
    });
  }
}

/**
 * Returns the decimal of at most six digits that rounds to a float32 number, which is what was meant; without one, the
 * number itself.
 */
function shortDecimal(rounded: number): number {
  for (let digits = 1; digits <= 6; digits++) {
    const decimal = Number(rounded.toPrecision(digits));
    if (Math.fround(decimal) === rounded) return decimal;
  }
  return rounded;
}

function isNumbers(given: unknown): given is ArrayLike<number> {
  return Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView));
}
