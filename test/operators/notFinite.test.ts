/** What is not finite is an outcome: no operator throws where a field or a Jacobian is, and no verdict is good there. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import { classifyEnd } from "../../src/operators/measures/classifyEnd.ts";
import { endClasses } from "../../src/operators/measures/explainEnd.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Measure } from "../../src/streams/types.ts";
import { type Case, caseOf, count, type Start } from "../support/operatorCases.ts";
import { operatorTable } from "../support/operatorTable.ts";

/** sum z_i^4 / 4 - c_i z_i^2 / 2, of more parameters than operators take matrices for. */
const wide: Start = [
  {
    name: "wide",
    dimension: 130,
    symmetric: true,
    blocks: [{ name: "weights", shape: [130, 1], offset: 0, size: 130 }],
    evaluate(z, field) {
      let value = 0;
      for (let i = 0; i < z.length; i++) {
        const c = 1 + i / 10;
        field[i] = z[i]! ** 3 - c * z[i]!;
        value += z[i]! ** 4 / 4 - (c * z[i]! ** 2) / 2;
      }
      return value;
    },
    linearize(z) {
      const curvatures = z.map((x, i) => 3 * x * x - 1 - i / 10);
      const apply = (v: Float64Array, out: Float64Array): void => {
        for (let i = 0; i < v.length; i++) out[i] = curvatures[i]! * v[i]!;
      };
      return linearMap({ rows: z.length, columns: z.length, symmetric: true, apply });
    },
  },
  Array.from({ length: 130 }, (_, i) => 1 + ((i * 7) % 11) / 5),
];

type Poison = (problem: Problem) => Problem;

/** Products of J with one or all of their entries replaced, after so many Jacobians. */
const products =
  (bad: number, all: boolean, healthy: number): Poison =>
  (problem) => {
    let jacobians = 0;
    return {
      ...problem,
      linearize(point) {
        const map = problem.linearize(point);
        if (jacobians++ < healthy) return map;
        const spoil = (out: Float64Array): void => {
          if (all) out.fill(bad);
          else out[0] = bad;
        };
        return linearMap({
          rows: map.rows,
          columns: map.columns,
          symmetric: map.symmetric,
          apply(v, out) {
            map.apply(v, out);
            spoil(out);
          },
          applyTranspose(u, out) {
            map.applyTranspose(u, out);
            spoil(out);
          },
        });
      },
    };
  };

/** A field or a value that is not finite, after so many evaluations. */
const evaluations =
  (bad: number, what: "value" | "field" | "entry", healthy: number): Poison =>
  (problem) => {
    let evaluated = 0;
    return {
      ...problem,
      evaluate(point, field) {
        const value = problem.evaluate(point, field);
        if (evaluated++ < healthy) return value;
        if (what === "field") field.fill(bad);
        if (what === "entry") field[0] = bad;
        return what === "value" ? bad : value;
      },
    };
  };

const poisons: Record<string, Poison> = {};
for (const healthy of [0, 2]) {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const all of [true, false]) {
      poisons[`${all ? "products" : "an entry of products"} of J ${bad} after ${healthy}`] = products(
        bad,
        all,
        healthy,
      );
    }
    for (const what of ["value", "field", "entry"] as const) {
      poisons[`${what} ${bad} after ${healthy}`] = evaluations(bad, what, healthy);
    }
  }
}

const tests = suite("what is not finite");

function tryAll(
  name: string,
  { make, problem, start }: Case,
  some: readonly string[],
  judge: readonly Measure[],
): void {
  tests(name, () => {
    for (const what of some) {
      const poison = poisons[what]!;
      const search = chain(untilStep(count - 1), make(), ...judge);
      const rows = firstRows(poison(problem), start, search, count);
      const last = rows.at(-1)!;
      for (const row of rows.slice(0, -1)) assert.ok(row.point.every(Number.isFinite), `${name}, ${what}: a point`);
      const verdict = last.columns.end === undefined ? "none" : endClasses[last.columns.end]!;
      if (Number.isFinite(last.squaredFieldNorm)) continue;
      assert.ok(last.status !== "converged", `${name}, ${what}: converged`);
      assert.ok(verdict !== "critical point", `${name}, ${what}: ${verdict}`);
    }
  });
}

for (const entry of operatorTable.filter(({ inLoop }) => inLoop)) {
  const small = caseOf(entry);
  const judge = entry.name === "classifyEnd" ? [] : [classifyEnd()];
  if (typeof small !== "string") tryAll(entry.name, small, Object.keys(poisons), judge);
  const large = caseOf(entry, [wide]);
  const few = ["products of J NaN after 0", "an entry of products of J Infinity after 2"];
  if (typeof large !== "string") tryAll(`${entry.name}, 130 parameters`, large, few, []);
}

tests.run();
