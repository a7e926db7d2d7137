/** Symmetries that mix the units of a hidden layer: each is a statement about the parameters before and after it. */
import type { AffineGenerator, Symmetry } from "./symmetry.ts";

/**
 * The units of a hidden layer a = f(W x + b) that enters the next one as V a alone, and how the loss depends on them.
 *
 * Entry number i of each list belongs to unit i.
 */
export interface HiddenUnits {
  /** Name of the layer in messages. */
  readonly name: string;
  /** Places in z of the row of W, and of b_i where there is one. */
  readonly incoming: readonly Uint32Array[];
  /** Places in z of the column of V. */
  readonly outgoing: readonly Uint32Array[];
  /** Whether f is odd, so that a unit may change its sign. */
  readonly odd: boolean;
}

/** A generator while its entries are collected. */
class Entries {
  readonly rows: number[] = [];
  readonly columns: number[] = [];
  readonly values: number[] = [];

  /** Adds `factor` times the numbers at `from` to the velocities at `to`. */
  move(from: Uint32Array, to: Uint32Array, factor: number): this {
    for (let k = 0; k < to.length; k++) {
      this.rows.push(to[k]!);
      this.columns.push(from[k]!);
      this.values.push(factor);
    }
    return this;
  }
}

/**
 * gl(p) of a linear layer, f(x) = x: W -> A W, b -> A b, V -> V A^-1 leaves V (W x + b) unchanged for every regular A.
 * The generator of A = exp(t E_ji) moves row i of (W, b) to row j, and takes column j of V from column i.
 */
export function linearMixing(units: HiddenUnits): Symmetry {
  const { incoming, outgoing, name } = units;
  const p = incoming.length;
  return {
    name: `gl(${p}) of ${name}`,
    evidence: "proved",
    count: p * p,
    generators() {
      const found: AffineGenerator[] = [];
      for (let i = 0; i < p; i++) {
        for (let j = 0; j < p; j++) {
          found.push(new Entries().move(incoming[i]!, incoming[j]!, 1).move(outgoing[j]!, outgoing[i]!, -1));
        }
      }
      return found;
    },
  };
}

/**
 * so(p) of a linear layer under a penalty c ||z||^2, which rotations A = (A^T)^-1 leave unchanged: the generators are the
 * differences of those of E_ji and E_ij.
 */
export function linearRotation(units: HiddenUnits): Symmetry {
  const { incoming, outgoing, name } = units;
  const p = incoming.length;
  return {
    name: `so(${p}) of ${name}`,
    evidence: "proved",
    count: (p * (p - 1)) / 2,
    generators() {
      const found: AffineGenerator[] = [];
      for (let i = 0; i < p; i++) {
        for (let j = i + 1; j < p; j++) {
          found.push(
            new Entries()
              .move(incoming[i]!, incoming[j]!, 1)
              .move(outgoing[j]!, outgoing[i]!, -1)
              .move(incoming[j]!, incoming[i]!, -1)
              .move(outgoing[i]!, outgoing[j]!, 1),
          );
        }
      }
      return found;
    },
  };
}

/** Scaling of the units of a layer with f(c x) = c f(x) for c > 0, such as ReLU: W_i, b_i -> c, and V_i -> 1 / c. */
export function unitScaling({ incoming, outgoing, name }: HiddenUnits): Symmetry {
  return {
    name: `scaling of the units of ${name}`,
    evidence: "proved",
    count: incoming.length,
    generators: () =>
      incoming.map((places, i) => new Entries().move(places, places, 1).move(outgoing[i]!, outgoing[i]!, -1)),
  };
}

/**
 * Shift through a linear layer with biases: b -> b + t e_j and c -> c - t V_j, where c is the bias of the next layer and
 * V_j the column of V that unit j enters by.
 *
 * @param biases places of b
 * @param nextBiases places of c
 */
export function biasShift(
  { outgoing, name }: HiddenUnits,
  biases: Uint32Array,
  nextBiases: Uint32Array,
  dimension: number,
): Symmetry {
  return {
    name: `shift through ${name}`,
    evidence: "proved",
    count: biases.length,
    generators: () =>
      Array.from(biases, (place, j) => {
        const offset = new Float64Array(dimension);
        offset[place] = 1;
        const { rows, columns, values } = new Entries().move(outgoing[j]!, nextBiases, -1);
        return { rows, columns, values, offset };
      }),
  };
}

/** Shift of all inputs of a softmax by the same number: each list holds the places of parameters that grow together. */
export function softmaxShift(together: readonly Uint32Array[], dimension: number): Symmetry {
  return {
    name: "shift of the softmax",
    evidence: "proved",
    count: together.length,
    generators: () =>
      together.map((places) => {
        const offset = new Float64Array(dimension);
        for (const place of places) offset[place] = 1;
        return { rows: [], columns: [], values: [], offset };
      }),
  };
}
