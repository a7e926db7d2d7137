import { inspect, isDeepStrictEqual } from "node:util";
import type { Row } from "../../src/arrow/row.ts";

/** Fails unless both sequences hold the same rows, bit for bit: NaN is NaN, -0 is not 0. Names the first that differs. */
export function assertSameRows(actual: Iterable<Row>, expected: Iterable<Row>, what = "rows"): void {
  const [a, e] = [[...actual].map(plain), [...expected].map(plain)];
  const differs = e.findIndex((row, index) => !isDeepStrictEqual(a[index], row));
  if (differs >= 0) {
    throw new Error(`${what}: row ${differs} is\n${inspect(a[differs])}\nexpected\n${inspect(e[differs])}`);
  }
  if (a.length !== e.length) throw new Error(`${what}: expected ${e.length} rows, got ${a.length}`);
}

/** The data of a row alone, so that an iterate compares equal to what was stored of it. */
function plain(row: Row): unknown {
  const { run, step, seconds, status, evaluations, products, value, squaredFieldNorm, stepSize } = row;
  const columns: Record<string, number> = {};
  for (const [name, entry] of Object.entries(row.columns)) if (entry !== undefined) columns[name] = entry;
  const vectors: Record<string, Float64Array> = {};
  for (const [name, entry] of Object.entries(row.vectors)) if (entry !== undefined) vectors[name] = entry;
  const { name, attempt } = run;
  const numbers = { step, seconds, evaluations, products, value, squaredFieldNorm, stepSize };
  return { name, attempt, status, ...numbers, columns, vectors, point: row.point, commands: row.commands };
}

/** Rows but for what differs between two runs of the same: wall time and the attempt's number. */
export const timeless = (rows: Iterable<Row>): Row[] =>
  [...rows].map((row) => ({ ...row, seconds: 0, run: { ...row.run, attempt: 0 } }));
