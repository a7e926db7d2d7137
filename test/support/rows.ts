import type { Columns, Row, Run } from "../../src/arrow/row.ts";

/** A run made by hand, for sinks and readers. */
export function makeRun(fields: Partial<Run> = {}): Run {
  const columns: Columns = {
    residual: { meaning: "||J p + F||" },
    rate: { meaning: "rows a second", unit: "1/s" },
    outcome: { meaning: "of the line search", kind: "category", values: ["accepted", "stagnated", "failed"] },
    spectrum: { meaning: "eigenvalues", kind: "vector" },
  };
  return {
    name: "example",
    attempt: 1,
    columns,
    settings: { "gradientStep.stepSize": { value: 0.1, min: 0, max: Number.POSITIVE_INFINITY } },
    description: { problem: "bilinear", seed: 3 },
    ...fields,
  };
}

/** Row `step` of a run: every column measured but `spectrum`, which comes at every third step, and `rate`, never. */
export function makeRow(run: Run, step: number, fields: Partial<Row> = {}): Row {
  const own = run.columns.residual !== undefined;
  return {
    run,
    step,
    seconds: step / 1000,
    status: "running",
    evaluations: 2 * step + 1,
    products: 10 * step,
    value: 1 / (1 + step),
    squaredFieldNorm: 1 / (1 + step) ** 2,
    stepSize: 0.1,
    point: Float64Array.of(step, -step),
    columns: own ? { residual: step / 7, rate: undefined, outcome: step % 3 } : {},
    vectors: own ? { spectrum: step % 3 === 0 ? Float64Array.of(step, 0.5) : undefined } : {},
    commands: undefined,
    ...fields,
  };
}

/** `count` rows; the last one has converged. */
export function makeRows(count: number, run: Run = makeRun()): Row[] {
  return Array.from({ length: count }, (_, step) =>
    makeRow(run, step, step === count - 1 ? { status: "converged", stepSize: Number.NaN } : {}),
  );
}
