import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import { text } from "../rules.ts";
import type { AffineGenerator, Symmetry, SymmetryEvidence } from "./symmetry.ts";

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  (Array.isArray(value) || ArrayBuffer.isView(value)) &&
  Array.prototype.every.call(value, (x: unknown) => typeof x === "number" && Number.isFinite(x));

const list = { expected: "a list of generators", is: (value: unknown) => Array.isArray(value) } as const;

/**
 * Makes a symmetry of generators xi(x) = M x + c that nobody has proved.
 *
 * A certificate tries to refute each generator first, by intervals of <xi(x), grad L(x)> at random points. If it fails, the
 * verdict reads `zero, given the symmetry`.
 *
 * @example
 * // The loss depends on x y alone, so x -> t x, y -> y / t leaves it unchanged.
 * const scaling = claimedSymmetry("scaling", [{ rows: [0, 1], columns: [0, 1], values: [1, -1] }]);
 * console.log(scaling.evidence, scaling.count);
 * // claimed 1
 * @param name words for tables and assumptions
 * @param generators entries of each M, and its c
 * @throws {TypeError} ERR_OPTION_TYPE for a name that is not a text, or generators that are not lists of numbers
 * @throws {RangeError} ERR_LENGTH for as many rows as columns or values that differ; ERR_OPTION_RANGE for places that are
 *   not whole numbers
 */
export function claimedSymmetry(name: string, generators: readonly AffineGenerator[]): Symmetry {
  return unprovedSymmetry("claimedSymmetry", name, "claimed", generators);
}

/** The same with another kind of evidence. */
export function unprovedSymmetry(
  who: string,
  name: string,
  evidence: Exclude<SymmetryEvidence, "proved">,
  generators: readonly AffineGenerator[],
): Symmetry {
  checkOption(who, "the name", name, text);
  checkOption(who, "the generators", generators, list);
  generators.forEach((generator: unknown, i) => {
    checkGenerator(who, i, generator);
  });
  const kept = generators.map(({ rows, columns, values, offset }) => ({
    rows: Array.from(rows),
    columns: Array.from(columns),
    values: Array.from(values),
    ...(offset === undefined ? {} : { offset: Float64Array.from(offset) }),
  }));
  return { name, evidence, count: kept.length, generators: () => kept };
}

function checkGenerator(who: string, i: number, generator: unknown): void {
  const given = (generator ?? {}) as Readonly<Record<string, unknown>>;
  const lists = [given.rows, given.columns, given.values, given.offset ?? []];
  if (!lists.every(isNumbers)) {
    throw failure(
      "ERR_OPTION_TYPE",
      `${who}: expected lists of finite numbers as rows, columns and values of generator ${i}, got something else`,
    );
  }
  const [rows, columns, values] = lists as ArrayLike<number>[];
  if (rows!.length !== values!.length || columns!.length !== values!.length) {
    throw failure(
      "ERR_LENGTH",
      `${who}: expected as many rows and columns as values in generator ${i}, got ${rows!.length}, ` +
        `${columns!.length} and ${values!.length}`,
    );
  }
  const bad = [...Array.from(rows!), ...Array.from(columns!)].find((place) => !(Number.isInteger(place) && place >= 0));
  if (bad !== undefined) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected places from 0 on in generator ${i}, got ${bad}`);
  }
}
