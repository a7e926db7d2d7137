import { failure } from "../errors.ts";
import type { Problem } from "../problems/problem.ts";
import { provedOf } from "../problems/symmetries/proved.ts";
import type { AffineGenerator, Symmetry } from "../problems/symmetries/symmetry.ts";
import { refutedGenerators } from "./attack.ts";
import type { Enclosures } from "./attempt.ts";
import type { SymmetryUse } from "./certificate.ts";

/** Symmetries that a proof may use. */
export interface UsedSymmetries {
  readonly proved: readonly AffineGenerator[];
  /** Generators that nobody proved and that survived the attack. */
  readonly assumed: readonly AffineGenerator[];
  readonly provedUses: readonly SymmetryUse[];
  readonly assumedUses: readonly SymmetryUse[];
  readonly refuted: readonly string[];
}

/**
 * Sorts symmetries into proved, assumed and refuted ones. Only the problem's own construction proves one; any other is
 * attacked by intervals at random points, generator by generator.
 */
export function usedSymmetries(
  who: string,
  problem: Problem,
  enclosures: Enclosures,
  z: Float64Array,
  given: readonly Symmetry[] | undefined,
): UsedSymmetries {
  const own = provedOf(problem).continuous;
  const symmetries = given ?? own;
  if (!enclosures.isGradient && symmetries.length > 0) {
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected no symmetry for ${problem.name}, whose field is not a gradient, got ${symmetries[0]!.name}`,
    );
  }
  const proved: AffineGenerator[] = [];
  const assumed: AffineGenerator[] = [];
  const provedUses: SymmetryUse[] = [];
  const assumedUses: SymmetryUse[] = [];
  const refuted: string[] = [];
  for (const symmetry of new Set(symmetries)) {
    const { name } = symmetry;
    const generators = symmetry.generators();
    if (own.includes(symmetry)) {
      proved.push(...generators);
      provedUses.push({ name, evidence: "proved", generators: generators.length, attacked: 0 });
      continue;
    }
    for (const generator of generators) checkPlaces(who, name, generator, problem.dimension);
    const outcomes = refutedGenerators(enclosures.derivatives, z, generators);
    const rest = generators.filter((_, i) => !outcomes[i]!.refuted);
    const survived = outcomes.filter(({ refuted: wrong }) => !wrong).map(({ points }) => points);
    if (rest.length < generators.length) {
      const count = generators.length - rest.length;
      refuted.push(rest.length === 0 ? name : `${name} (${count} of its ${generators.length} generators)`);
    }
    if (rest.length === 0) continue;
    assumed.push(...rest);
    // An object that says of itself that it is proved is believed no more than any other.
    const evidence = symmetry.evidence === "sampled" ? "sampled" : "claimed";
    assumedUses.push({ name, evidence, generators: rest.length, attacked: Math.min(...survived) });
  }
  return { proved, assumed, provedUses, assumedUses, refuted };
}

function checkPlaces(who: string, name: string, { rows, columns, offset }: AffineGenerator, n: number): void {
  for (const places of [rows, columns]) {
    for (let e = 0; e < places.length; e++) {
      if (Number.isInteger(places[e]) && places[e]! >= 0 && places[e]! < n) continue;
      throw failure(
        "ERR_OPTION_RANGE",
        `${who}: expected places from 0 to ${n - 1} in the generators of ${name}, got ${places[e]}`,
      );
    }
  }
  if (offset !== undefined && offset.length !== n) {
    throw failure("ERR_LENGTH", `${who}: expected ${n} numbers as offset of ${name}, got ${offset.length}`);
  }
}
