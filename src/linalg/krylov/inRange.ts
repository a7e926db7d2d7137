/** Maps divided by a power of two where their products leave the range in which their squares are numbers. */
import { scaleByPower } from "../../elementary/index.ts";
import type { LinearMap } from "../linearMap.ts";
import { linearMap } from "../makeLinearMap.ts";
import { composed, transposed } from "../maps/maps.ts";
import { isSafe, largestExponent } from "./powersOfTwo.ts";

/** A map in units of its own. */
interface InRange {
  /** The map divided by its unit, a power of two that the first product that is not zero decides. */
  readonly map: LinearMap;
  /** Multiplies an eigenvalue of `map` by the unit. */
  unscaled(value: number): number;
}

/** Divides a symmetric map by a power of two, if its products have no safe size. The division rounds nothing. */
export function inRange(map: LinearMap): InRange {
  const unit = new Unit();
  const apply = (v: Float64Array, out: Float64Array): void => {
    map.apply(v, out);
    unit.divide(out);
  };
  const { rows, columns, symmetric } = map;
  return {
    map: linearMap({ rows, columns, symmetric, apply }),
    unscaled: (value) => scaleByPower(value, unit.exponent),
  };
}

/** A^T A in units of A, whose eigenvalues are squares: `unscaled` gives the singular values of A for their roots. */
export function gramInRange(map: LinearMap): InRange {
  const unit = new Unit();
  const { rows, columns } = map;
  const between = linearMap({
    rows,
    columns,
    apply(v, out) {
      map.apply(v, out);
      unit.divide(out);
    },
    applyTranspose(u, out) {
      map.applyTranspose(u, out);
      unit.divide(out);
    },
  });
  return {
    map: composed(transposed(between), between, { symmetric: true }),
    unscaled: (value) => scaleByPower(value, unit.exponent),
  };
}

class Unit {
  #exponent: number | undefined;

  get exponent(): number {
    return this.#exponent ?? 0;
  }

  divide(product: Float64Array): void {
    if (this.#exponent === undefined) {
      const largest = largestExponent(product);
      if (largest === undefined) return;
      this.#exponent = isSafe(largest) ? 0 : largest;
    }
    const k = this.#exponent;
    if (k === 0) return;
    for (let i = 0; i < product.length; i++) product[i] = scaleByPower(product[i]!, -k);
  }
}
