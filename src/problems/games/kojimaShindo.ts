import { readOptions } from "../../options.ts";
import { complementarity } from "../complementarity.ts";
import type { SolvedProblem } from "./certified.ts";

export interface KojimaShindoOptions {
  /** Variant: "shindo" has two solutions, one of them degenerate; "josephy" has one. Default "shindo". */
  readonly variant?: "shindo" | "josephy";
}

const rules = { variant: { default: "shindo", oneOf: ["shindo", "josephy"] } } as const;

/**
 * Builds the four-dimensional complementarity problem of Kojima and Shindo, or Josephy's variant of it.
 *
 * F_1 = 3 x1^2 + 2 x1 x2 + 2 x2^2 + x3 + 3 x4 - 6, F_2 = 2 x1^2 + x1 + x2^2 + 10 x3 + 2 x4 - 2,
 *
 * F_3 = 3 x1^2 + x1 x2 + 2 x2^2 + 2 x3 + 9 x4 - 9, F_4 = x1^2 + 3 x2^2 + 2 x3 + 3 x4 - 3.
 *
 * F is not monotone. The solutions are (sqrt 6 / 2, 0, 0, 1/2), which is degenerate because x3 = F_3 = 0, and
 * (1, 0, 3, 0). Josephy's variant has 3 x3 in F_2 and -1 in F_3. It has the first solution only; there x2 = x3 = 0 with
 * F_2, F_3 > 0.
 *
 * Cost: some tens of operations.
 *
 * @example kojimaShindo().solutions[1] // [1, 0, 3, 0]
 * @param options {@link KojimaShindoOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for another variant
 * @see Kojima and Shindo, "Extensions of Newton and quasi-Newton methods to systems of PC^1 equations", 1986
 * @see Josephy, "Newton's method for generalized equations", 1979
 */
export function kojimaShindo(options: KojimaShindoOptions = {}): SolvedProblem {
  const { variant } = readOptions("kojimaShindo", options, rules);
  const [third, constant] = variant === "shindo" ? [10, -9] : [3, -1];
  const rows = (a: number, b: number): readonly (readonly number[])[] => [
    [6 * a + 2 * b, 2 * a + 4 * b, 1, 3],
    [4 * a + 1, 2 * b, third, 2],
    [6 * a + b, a + 4 * b, 2, 9],
    [2 * a, 6 * b, 2, 3],
  ];
  const problem = complementarity(
    (z, out) => {
      const [a, b, c, d] = z as unknown as readonly [number, number, number, number];
      out[0] = 3 * a * a + 2 * a * b + 2 * b * b + c + 3 * d - 6;
      out[1] = 2 * a * a + a + b * b + third * c + 2 * d - 2;
      out[2] = 3 * a * a + a * b + 2 * b * b + 2 * c + 9 * d + constant;
      out[3] = a * a + 3 * b * b + 2 * c + 3 * d - 3;
    },
    {
      dimension: 4,
      name: "kojimaShindo",
      description: { problem: "kojimaShindo", variant },
      jacobian: {
        apply(z, v, out) {
          for (const [i, row] of rows(z[0]!, z[1]!).entries()) {
            out[i] = row.reduce((sum, entry, j) => sum + entry * v[j]!, 0);
          }
        },
        applyTranspose(z, u, out) {
          out.fill(0);
          for (const [i, row] of rows(z[0]!, z[1]!).entries()) {
            for (const [j, entry] of row.entries()) out[j] = out[j]! + entry * u[i]!;
          }
        },
      },
    },
  );
  const shared = Float64Array.of(Math.sqrt(6) / 2, 0, 0, 0.5);
  return { ...problem, solutions: variant === "shindo" ? [shared, Float64Array.of(1, 0, 3, 0)] : [shared] };
}
