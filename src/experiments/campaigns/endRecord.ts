/** What is kept of a search: its index, its last row without the point, and what the experiment found. */
import type { Row } from "../../arrow/row.ts";
import type { Finding } from "../framework/definition.ts";

/** Cell of an end. */
export type EndCell = number | string | undefined;

/** The end of one search, by column. */
export type EndRecord = Readonly<Record<string, EndCell>> & { readonly search: number };

/** Columns that every end has. Those of operators and of findings follow. */
export const endColumns = {
  search: { kind: "integer", meaning: "index of the search in its campaign, from 0, the key of the row" },
  run: { kind: "text", meaning: "name of the run" },
  verdict: { kind: "text", meaning: "verdict of the experiment; null: it gave none" },
  status: { kind: "text", meaning: "how the run ended" },
  step: { kind: "number", meaning: "number of steps" },
  seconds: { kind: "number", meaning: "wall time, the one column that differs when a search is run again" },
  evaluations: { kind: "number", meaning: "number of evaluations of F" },
  products: { kind: "number", meaning: "number of products with the Jacobian or a curvature matrix" },
  value: { kind: "number", meaning: "L(z), the potential at the end; NaN without a potential" },
  squaredFieldNorm: { kind: "number", meaning: "||F||^2 at the end" },
  stepSize: { kind: "number", meaning: "step size of the last step" },
} as const;

/**
 * Makes the end of a search from its last row and the finding, if the experiment reported one. Categories become words.
 * A number of the finding whose name a column has already is called `found <name>`.
 */
export function endRecord(search: number, row: Row, finding: Finding | undefined): EndRecord {
  const { run, step, seconds, status, evaluations, products, value, squaredFieldNorm, stepSize } = row;
  const end: Record<string, EndCell> = {
    run: run.name,
    verdict: finding?.verdict,
    ...{ status, step, seconds, evaluations, products, value, squaredFieldNorm, stepSize },
  };
  for (const [name, cell] of Object.entries(row.columns)) {
    const values = run.columns[name]?.values;
    if (!Object.hasOwn(end, name)) end[name] = cell === undefined || values === undefined ? cell : values[cell];
  }
  for (const [name, cell] of Object.entries(finding?.numbers ?? {})) {
    end[name === "search" || Object.hasOwn(end, name) ? `found ${name}` : name] = cell;
  }
  return { search, ...end };
}
