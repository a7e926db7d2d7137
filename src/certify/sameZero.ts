import { thing } from "../arguments.ts";
import { failure } from "../errors.ts";
import { checkOption } from "../options.ts";
import type { Problem } from "../problems/problem.ts";
import type { HiddenUnits } from "../problems/symmetries/hiddenUnits.ts";
import { provedOf } from "../problems/symmetries/proved.ts";
import { problemRule } from "../problems/traced/arguments.ts";
import { atLeast, atMost, show } from "./attempt.ts";
import type { Certificate } from "./certificate.ts";
import { distanceUp, up } from "./rounding.ts";

/** What {@link sameZero} says of two certificates. */
export interface Sameness {
  /** `same` and `different` are proved. */
  readonly answer: "same" | "different" | "undecided";
  /** Sentence that says what decided. */
  readonly because: string;
}

const certificateRule = thing("a certificate, as certify gives one", { verdict: "string", point: "list" });

/**
 * Tells whether two certified zeros of a problem are one, up to the exchange of hidden units and the signs of units with
 * an odd activation, which change no loss.
 *
 * They are different if their losses, indices or kernels are. They are the same if an exchange takes one point so near
 * to the other that its zero lies where the other's is the only one. Units are matched layer by layer, by their incoming
 * weights; the match is a guess, and what follows from it is proved. Zeros on orbits, whose kernel is not 0, are not
 * compared beyond the first test, and so never said to be the same: an orbit may pass twice. Where a certificate assumes a
 * symmetry that is not proved, what follows from it is not either, and the answer is `undecided`.
 *
 * Exchanges are known for hidden layers of `network`, with activations by name; for other problems the points are
 * compared as they are.
 *
 * Cost: p^2 n operations for p units.
 *
 * @example
 * const wells = objective([[]], (x) => tf.square(tf.sub(tf.square(x), 1)));
 * const [left, middle, right] = [-1, 0, 1.001].map((x) => certify(wells, [x]));
 * console.log(sameZero(wells, left!, middle!).answer, sameZero(wells, certify(wells, [1]), right!).answer);
 * // different same
 * @param problem the problem of both certificates
 * @throws {TypeError} ERR_OPTION_TYPE for a certificate that proves no zero
 * @throws {RangeError} ERR_LENGTH for one of another problem's dimension
 */
export function sameZero(problem: Problem, first: Certificate, second: Certificate): Sameness {
  const who = "sameZero";
  checkOption(who, "problem", problem, problemRule);
  checkOption(who, "first", first, certificateRule);
  checkOption(who, "second", second, certificateRule);
  for (const { exists, point, because } of [first, second]) {
    if (exists === undefined) {
      throw failure("ERR_OPTION_TYPE", `${who}: expected certificates of zeros, got one that says: ${because}`);
    }
    if (point.length !== problem.dimension) {
      throw failure(
        "ERR_LENGTH",
        `${who}: expected certificates for ${problem.name}, of dimension ${problem.dimension}, got a point of ${point.length}`,
      );
    }
  }
  const assumed = [first, second].some(({ verdict }) => verdict === "zero, given the symmetry");
  const different = (because: string): Sameness =>
    assumed
      ? { answer: "undecided", because: `${because} But this rests on a symmetry that is assumed, not proved.` }
      : { answer: "different", because };
  const [a, b] = [first.loss, second.loss];
  if (a !== undefined && b !== undefined && (a.high < b.low || b.high < a.low)) {
    return different(
      `The losses differ: one is at least ${Math.max(a.low, b.low)}, the other at most ${Math.min(a.high, b.high)}.`,
    );
  }
  if (first.morseIndex !== second.morseIndex) {
    return different(`The indices are ${first.morseIndex} and ${second.morseIndex}.`);
  }
  if (first.kernelDimension !== second.kernelDimension) {
    return different(`The kernels have dimension ${first.kernelDimension} and ${second.kernelDimension}.`);
  }
  if (first.kernelDimension !== 0) {
    return {
      answer: "undecided",
      because:
        `Each zero lies on an orbit of a symmetry, of dimension ${first.kernelDimension}, and it was not tried whether ` +
        "both orbits are one: index, kernel and the bounds of the loss do not tell them apart.",
    };
  }
  let z = first.point;
  for (const units of provedOf(problem).units) z = matched(z, second.point, units);
  const apart = distanceUp(z, second.point);
  if (up(apart + first.exists!) < second.unique!) {
    return {
      answer: "same",
      because: `The points are at most ${atMost(apart)} apart, and the zero is unique within ${atLeast(second.unique!)}.`,
    };
  }
  return {
    answer: "undecided",
    because: `The points are ${show(apart)} apart, and the zero is known to be unique within ${atLeast(second.unique!)} only.`,
  };
}

/** Exchanges the units of a layer, and their signs, so that their incoming weights come near to those of a target. */
function matched(z: Float64Array, target: Float64Array, { incoming, outgoing, odd }: HiddenUnits): Float64Array {
  const count = incoming.length;
  const pairs: { readonly from: number; readonly to: number; readonly sign: number; readonly distance: number }[] = [];
  for (let from = 0; from < count; from++) {
    for (let to = 0; to < count; to++) {
      for (const sign of odd ? [1, -1] : [1]) {
        let distance = 0;
        incoming[from]!.forEach((place, k) => {
          const difference = sign * z[place]! - target[incoming[to]![k]!]!;
          distance += difference * difference;
        });
        pairs.push({ from, to, sign, distance });
      }
    }
  }
  pairs.sort((x, y) => x.distance - y.distance);
  const out = z.slice();
  const [taken, filled] = [new Set<number>(), new Set<number>()];
  for (const { from, to, sign } of pairs) {
    if (taken.has(from) || filled.has(to)) continue;
    taken.add(from);
    filled.add(to);
    for (const places of [incoming, outgoing]) {
      places[to]!.forEach((place, k) => {
        out[place] = sign * z[places[from]![k]!]!;
      });
    }
  }
  return out;
}
